"""The first schema: everything the model names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("consent_records", "consent_confirmations", "audit_entries")


def _forbid(table: str, change: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
    )


def upgrade() -> None:
    op.create_table(
        "access_classes",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_access_classes")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("display", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("login", name=op.f("uq_accounts_login")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("sequence", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(length=80), nullable=False),
        sa.Column("actor_mark", sa.String(length=80), nullable=False),
        sa.Column("object_mark", sa.String(length=80), nullable=False),
        sa.Column("commitment", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("id", name=op.f("uq_audit_entries_id")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entries_act"), ["act"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entries_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entries_object_mark"), ["object_mark"], unique=False)

    op.create_table(
        "collections",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("agreement", sa.String(), nullable=False),
        sa.Column("rights_holder", sa.String(), nullable=False),
        sa.Column("rights_statement", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collections")),
    )
    op.create_table(
        "deny_overlay",
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("index_version", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("testimony_id", "index_version", name=op.f("pk_deny_overlay")),
    )
    op.create_table(
        "persons",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("described_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
    )
    op.create_table(
        "steps",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("after_id", sa.String(length=40), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("not_before", sa.BigInteger(), nullable=True),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("checkpoint", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps")),
        sa.UniqueConstraint("subject_id", "kind", "version", name=op.f("uq_steps_subject_id")),
    )
    with op.batch_alter_table("steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_steps_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_steps_subject_id"), ["subject_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_steps_testimony_id"), ["testimony_id"], unique=False)

    op.create_table(
        "wrong_tries",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_tries")),
    )
    with op.batch_alter_table("wrong_tries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wrong_tries_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_wrong_tries_subject"), ["subject"], unique=False)

    op.create_table(
        "account_facts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("door", sa.String(length=80), nullable=False),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_facts_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_facts")),
    )
    with op.batch_alter_table("account_facts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_facts_account_id"), ["account_id"], unique=False)

    op.create_table(
        "audit_payloads",
        sa.Column("entry_id", sa.String(length=40), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["audit_entries.id"], name=op.f("fk_audit_payloads_entry_id_audit_entries")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_payloads")),
    )
    op.create_table(
        "duties",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("collection_id", sa.String(length=40), nullable=True),
        sa.Column("duty", sa.String(length=80), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_duties_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collections.id"], name=op.f("fk_duties_collection_id_collections")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
    )
    with op.batch_alter_table("duties", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duties_account_id"), ["account_id"], unique=False)

    op.create_table(
        "narrator_cards",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("code_digest", sa.String(length=80), nullable=False),
        sa.Column("quick_check", sa.String(length=80), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("pressure_check", sa.String(length=80), nullable=False),
        sa.Column("pressure_hash", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_narrator_cards_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_narrator_cards")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_narrator_cards_code_digest")),
    )
    with op.batch_alter_table("narrator_cards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_narrator_cards_person_id"), ["person_id"], unique=False)

    op.create_table(
        "person_names",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("script", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_person_names_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_names")),
    )
    with op.batch_alter_table("person_names", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_names_person_id"), ["person_id"], unique=False)

    op.create_table(
        "testimonies",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("collection_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("state_since", sa.BigInteger(), nullable=False),
        sa.Column("index_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("accession_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collections.id"], name=op.f("fk_testimonies_collection_id_collections")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_testimonies")),
        sa.UniqueConstraint("code", name=op.f("uq_testimonies_code")),
    )
    with op.batch_alter_table("testimonies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_testimonies_collection_id"), ["collection_id"], unique=False)

    op.create_table(
        "web_sessions",
        sa.Column("token_digest", sa.String(length=80), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_web_sessions_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_web_sessions")),
    )
    with op.batch_alter_table("web_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_sessions_account_id"), ["account_id"], unique=False)

    op.create_table(
        "assignments",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("assignee", sa.String(length=80), nullable=False),
        sa.Column("task", sa.String(length=80), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("given_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_assignments_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint(
            "testimony_id", "assignee", "task", "since", name=op.f("uq_assignments_testimony_id")
        ),
    )
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignments_assignee"), ["assignee"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignments_testimony_id"), ["testimony_id"], unique=False)

    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("code_digest", sa.String(length=80), nullable=False),
        sa.Column("quick_check", sa.String(length=80), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("decide_by", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("testimony_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_cases_person_id_persons")),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_cases_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_cases_code_digest")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("mime", sa.String(length=80), nullable=False),
        sa.Column("object_key", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("received_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_evidence_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evidence_testimony_id"), ["testimony_id"], unique=False)

    op.create_table(
        "limits",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("review_on", sa.BigInteger(), nullable=True),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.Column("lifted_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_limits_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limits")),
    )
    with op.batch_alter_table("limits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_limits_testimony_id"), ["testimony_id"], unique=False)

    op.create_table(
        "roles",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("unlinked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_roles_person_id_persons")),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_roles_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
        sa.UniqueConstraint("testimony_id", "person_id", "role", name=op.f("uq_roles_testimony_id")),
    )
    with op.batch_alter_table("roles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roles_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_roles_testimony_id"), ["testimony_id"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("date_edtf", sa.String(length=80), nullable=False),
        sa.Column("date_said_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("place_said_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("place_id", sa.String(length=80), nullable=True),
        sa.Column("place_allowed", sa.Boolean(), nullable=False),
        sa.Column("present_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_sessions_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_testimony_id"), ["testimony_id"], unique=False)

    op.create_table(
        "testimony_classes",
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("index_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key"], ["access_classes.key"], name=op.f("fk_testimony_classes_key_access_classes")
        ),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_testimony_classes_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("testimony_id", "key", name=op.f("pk_testimony_classes")),
    )
    op.create_table(
        "testimony_texts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=80), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_testimony_texts_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_testimony_texts")),
        sa.UniqueConstraint(
            "testimony_id", "field", "language", name=op.f("uq_testimony_texts_testimony_id")
        ),
    )
    with op.batch_alter_table("testimony_texts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_testimony_texts_testimony_id"), ["testimony_id"], unique=False)

    op.create_table(
        "case_decisions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.Column("answer", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_decisions_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_decisions")),
    )
    with op.batch_alter_table("case_decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_decisions_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_messages",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("sender", sa.String(length=80), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("object_key", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_messages_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_messages")),
    )
    with op.batch_alter_table("case_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_messages_case_id"), ["case_id"], unique=False)

    op.create_table(
        "consent_records",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("supersedes", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=80), nullable=False),
        sa.Column("level", sa.String(length=80), nullable=False),
        sa.Column("doors", sa.String(), nullable=False),
        sa.Column("cards", sa.String(), nullable=False),
        sa.Column("grants", sa.String(), nullable=False),
        sa.Column("direction", sa.String(length=80), nullable=False),
        sa.Column("captured_at", sa.BigInteger(), nullable=False),
        sa.Column("effective_at", sa.BigInteger(), nullable=False),
        sa.Column("review_on", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=80), nullable=False),
        sa.Column("evidence_id", sa.String(length=40), nullable=True),
        sa.Column("comprehension_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("after_death", sa.String(length=80), nullable=False),
        sa.Column("contact_rule_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("tombstone_agreed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.id"], name=op.f("fk_consent_records_evidence_id_evidence")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_consent_records_person_id_persons")
        ),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_consent_records_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_records")),
        sa.UniqueConstraint(
            "testimony_id", "person_id", "version", name=op.f("uq_consent_records_testimony_id")
        ),
    )
    with op.batch_alter_table("consent_records", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_records_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_records_testimony_id"), ["testimony_id"], unique=False)

    op.create_table(
        "found_free",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("limit_id", sa.String(length=40), nullable=True),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("found_by", sa.String(length=80), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["limit_id"], ["limits.id"], name=op.f("fk_found_free_limit_id_limits")),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_found_free_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_found_free")),
    )
    with op.batch_alter_table("found_free", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_found_free_testimony_id"), ["testimony_id"], unique=False)

    op.create_table(
        "originals",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.String(length=40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("container", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=80), nullable=False),
        sa.Column("object_version", sa.Integer(), nullable=False),
        sa.Column("object_key", sa.String(), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("declared_ms", sa.Integer(), nullable=True),
        sa.Column("length_ms", sa.Integer(), nullable=True),
        sa.Column("findings", sa.String(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("duplicate_mark", sa.String(length=80), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_originals_session_id_sessions")
        ),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_originals_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_originals")),
    )
    with op.batch_alter_table("originals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_originals_duplicate_mark"), ["duplicate_mark"], unique=False)
        batch_op.create_index(batch_op.f("ix_originals_session_id"), ["session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_originals_testimony_id"), ["testimony_id"], unique=False)

    op.create_table(
        "consent_confirmations",
        sa.Column("record_id", sa.String(length=40), nullable=False),
        sa.Column("confirmed_by", sa.String(length=80), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"],
            ["consent_records.id"],
            name=op.f("fk_consent_confirmations_record_id_consent_records"),
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_consent_confirmations")),
    )
    op.create_table(
        "content_notes",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("original_id", sa.String(length=40), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("end_ms", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=80), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["original_id"], ["originals.id"], name=op.f("fk_content_notes_original_id_originals")
        ),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_content_notes_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_content_notes")),
    )
    with op.batch_alter_table("content_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_content_notes_original_id"), ["original_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_content_notes_testimony_id"), ["testimony_id"], unique=False)

    op.create_table(
        "index_points",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("original_id", sa.String(length=40), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("end_ms", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=80), nullable=False),
        sa.Column("title_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("synopsis_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("keywords_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("tokens_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("concepts", sa.String(), nullable=False),
        sa.Column("places", sa.String(), nullable=False),
        sa.Column("names_checked_at", sa.BigInteger(), nullable=True),
        sa.Column("names_checked_by", sa.String(length=80), nullable=True),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["original_id"], ["originals.id"], name=op.f("fk_index_points_original_id_originals")
        ),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_index_points_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_points")),
    )
    with op.batch_alter_table("index_points", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_index_points_original_id"), ["original_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_index_points_testimony_id"), ["testimony_id"], unique=False)

    op.create_table(
        "renditions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("original_id", sa.String(length=40), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("profile", sa.String(length=80), nullable=False),
        sa.Column("mask", sa.String(), nullable=False),
        sa.Column("mime", sa.String(length=80), nullable=False),
        sa.Column("object_version", sa.Integer(), nullable=False),
        sa.Column("object_key", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("length_ms", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("measured", sa.String(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column("checked_by", sa.String(length=80), nullable=True),
        sa.Column("replaced_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["original_id"], ["originals.id"], name=op.f("fk_renditions_original_id_originals")
        ),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_renditions_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renditions")),
    )
    with op.batch_alter_table("renditions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_renditions_original_id"), ["original_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_renditions_testimony_id"), ["testimony_id"], unique=False)

    op.create_table(
        "transcripts",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("original_id", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["original_id"], ["originals.id"], name=op.f("fk_transcripts_original_id_originals")
        ),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_transcripts_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transcripts")),
    )
    with op.batch_alter_table("transcripts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transcripts_original_id"), ["original_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_transcripts_testimony_id"), ["testimony_id"], unique=False)

    op.create_table(
        "revisions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("transcript_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("provenance", sa.String(), nullable=False),
        sa.Column("findings", sa.String(), nullable=False),
        sa.Column("aligned", sa.Boolean(), nullable=False),
        sa.Column("renders_id", sa.String(length=40), nullable=True),
        sa.Column("complete_at", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("published_by", sa.String(length=80), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("names_checked_at", sa.BigInteger(), nullable=True),
        sa.Column("names_checked_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["renders_id"], ["revisions.id"], name=op.f("fk_revisions_renders_id_revisions")
        ),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["transcripts.id"], name=op.f("fk_revisions_transcript_id_transcripts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("transcript_id", "number", name=op.f("uq_revisions_transcript_id")),
    )
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revisions_transcript_id"), ["transcript_id"], unique=False)

    op.create_table(
        "segments",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("revision_id", sa.String(length=40), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=True),
        sa.Column("end_ms", sa.Integer(), nullable=True),
        sa.Column("speaker", sa.String(length=80), nullable=False),
        sa.Column("speaker_id", sa.String(length=40), nullable=True),
        sa.Column("language", sa.String(length=80), nullable=False),
        sa.Column("origin", sa.String(length=80), nullable=False),
        sa.Column("flags", sa.String(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("renders_ordinal", sa.Integer(), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("tokens_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_segments_revision_id_revisions")
        ),
        sa.ForeignKeyConstraint(["speaker_id"], ["persons.id"], name=op.f("fk_segments_speaker_id_persons")),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_segments_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segments")),
        sa.UniqueConstraint("revision_id", "ordinal", name=op.f("uq_segments_revision_id")),
    )
    with op.batch_alter_table("segments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_segments_revision_id"), ["revision_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_segments_testimony_id"), ["testimony_id"], unique=False)

    op.create_table(
        "indexed_pieces",
        sa.Column("moment_id", sa.String(length=80), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("segment_id", sa.String(length=40), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("end_ms", sa.Integer(), nullable=False),
        sa.Column("start_char", sa.Integer(), nullable=False),
        sa.Column("end_char", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segments.id"], name=op.f("fk_indexed_pieces_segment_id_segments")
        ),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_indexed_pieces_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("moment_id", name=op.f("pk_indexed_pieces")),
    )
    with op.batch_alter_table("indexed_pieces", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_indexed_pieces_testimony_id"), ["testimony_id"], unique=False)

    op.create_table(
        "name_marks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("revision_id", sa.String(length=40), nullable=False),
        sa.Column("segment_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=True),
        sa.Column("person_class", sa.String(length=80), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=True),
        sa.Column("end_ms", sa.Integer(), nullable=True),
        sa.Column("start_char", sa.Integer(), nullable=False),
        sa.Column("end_char", sa.Integer(), nullable=False),
        sa.Column("marked_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_name_marks_person_id_persons")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["revisions.id"], name=op.f("fk_name_marks_revision_id_revisions")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segments.id"], name=op.f("fk_name_marks_segment_id_segments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_marks")),
    )
    with op.batch_alter_table("name_marks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_name_marks_revision_id"), ["revision_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_name_marks_segment_id"), ["segment_id"], unique=False)

    op.create_table(
        "tags",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("testimony_id", sa.String(length=40), nullable=False),
        sa.Column("segment_id", sa.String(length=40), nullable=True),
        sa.Column("index_point_id", sa.String(length=40), nullable=True),
        sa.Column("concept", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=80), nullable=False),
        sa.Column("suggested_by", sa.String(length=80), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["index_point_id"], ["index_points.id"], name=op.f("fk_tags_index_point_id_index_points")
        ),
        sa.ForeignKeyConstraint(["segment_id"], ["segments.id"], name=op.f("fk_tags_segment_id_segments")),
        sa.ForeignKeyConstraint(
            ["testimony_id"], ["testimonies.id"], name=op.f("fk_tags_testimony_id_testimonies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
    )
    with op.batch_alter_table("tags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tags_segment_id"), ["segment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tags_testimony_id"), ["testimony_id"], unique=False)

    for table in APPEND_ONLY:
        op.execute(_forbid(table, "UPDATE"))
        op.execute(_forbid(table, "DELETE"))


def downgrade() -> None:
    for table in APPEND_ONLY:
        op.execute(f"DROP TRIGGER {table}_no_update")
        op.execute(f"DROP TRIGGER {table}_no_delete")
    with op.batch_alter_table("tags", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tags_testimony_id"))
        batch_op.drop_index(batch_op.f("ix_tags_segment_id"))

    op.drop_table("tags")
    with op.batch_alter_table("name_marks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_name_marks_segment_id"))
        batch_op.drop_index(batch_op.f("ix_name_marks_revision_id"))

    op.drop_table("name_marks")
    with op.batch_alter_table("indexed_pieces", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_indexed_pieces_testimony_id"))

    op.drop_table("indexed_pieces")
    with op.batch_alter_table("segments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_segments_testimony_id"))
        batch_op.drop_index(batch_op.f("ix_segments_revision_id"))

    op.drop_table("segments")
    with op.batch_alter_table("revisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_revisions_transcript_id"))

    op.drop_table("revisions")
    with op.batch_alter_table("transcripts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_transcripts_testimony_id"))
        batch_op.drop_index(batch_op.f("ix_transcripts_original_id"))

    op.drop_table("transcripts")
    with op.batch_alter_table("renditions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_renditions_testimony_id"))
        batch_op.drop_index(batch_op.f("ix_renditions_original_id"))

    op.drop_table("renditions")
    with op.batch_alter_table("index_points", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_index_points_testimony_id"))
        batch_op.drop_index(batch_op.f("ix_index_points_original_id"))

    op.drop_table("index_points")
    with op.batch_alter_table("content_notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_content_notes_testimony_id"))
        batch_op.drop_index(batch_op.f("ix_content_notes_original_id"))

    op.drop_table("content_notes")
    op.drop_table("consent_confirmations")
    with op.batch_alter_table("originals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_originals_testimony_id"))
        batch_op.drop_index(batch_op.f("ix_originals_session_id"))
        batch_op.drop_index(batch_op.f("ix_originals_duplicate_mark"))

    op.drop_table("originals")
    with op.batch_alter_table("found_free", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_found_free_testimony_id"))

    op.drop_table("found_free")
    with op.batch_alter_table("consent_records", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_records_testimony_id"))
        batch_op.drop_index(batch_op.f("ix_consent_records_person_id"))

    op.drop_table("consent_records")
    with op.batch_alter_table("case_messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_messages_case_id"))

    op.drop_table("case_messages")
    with op.batch_alter_table("case_decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_decisions_case_id"))

    op.drop_table("case_decisions")
    with op.batch_alter_table("testimony_texts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_testimony_texts_testimony_id"))

    op.drop_table("testimony_texts")
    op.drop_table("testimony_classes")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_testimony_id"))

    op.drop_table("sessions")
    with op.batch_alter_table("roles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roles_testimony_id"))
        batch_op.drop_index(batch_op.f("ix_roles_person_id"))

    op.drop_table("roles")
    with op.batch_alter_table("limits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_limits_testimony_id"))

    op.drop_table("limits")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_testimony_id"))

    op.drop_table("evidence")
    op.drop_table("cases")
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignments_testimony_id"))
        batch_op.drop_index(batch_op.f("ix_assignments_assignee"))

    op.drop_table("assignments")
    with op.batch_alter_table("web_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_sessions_account_id"))

    op.drop_table("web_sessions")
    with op.batch_alter_table("testimonies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_testimonies_collection_id"))

    op.drop_table("testimonies")
    with op.batch_alter_table("person_names", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_names_person_id"))

    op.drop_table("person_names")
    with op.batch_alter_table("narrator_cards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_narrator_cards_person_id"))

    op.drop_table("narrator_cards")
    with op.batch_alter_table("duties", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duties_account_id"))

    op.drop_table("duties")
    op.drop_table("audit_payloads")
    with op.batch_alter_table("account_facts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_facts_account_id"))

    op.drop_table("account_facts")
    with op.batch_alter_table("wrong_tries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wrong_tries_subject"))
        batch_op.drop_index(batch_op.f("ix_wrong_tries_at"))

    op.drop_table("wrong_tries")
    with op.batch_alter_table("steps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_steps_testimony_id"))
        batch_op.drop_index(batch_op.f("ix_steps_subject_id"))
        batch_op.drop_index(batch_op.f("ix_steps_state"))

    op.drop_table("steps")
    op.drop_table("persons")
    op.drop_table("deny_overlay")
    op.drop_table("collections")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entries_object_mark"))
        batch_op.drop_index(batch_op.f("ix_audit_entries_at"))
        batch_op.drop_index(batch_op.f("ix_audit_entries_act"))

    op.drop_table("audit_entries")
    op.drop_table("accounts")
    op.drop_table("access_classes")
