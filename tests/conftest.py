"""Shared settings of all tests: where samples lie, and that nothing is skipped where everything must run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

NO_SKIPS = bool(os.environ.get("SAKSI_NO_SKIPS"))

settings.register_profile("repeatable", derandomize=True, deadline=None)
if NO_SKIPS:  # a check run says the same twice; `make test` goes on exploring
    settings.load_profile("repeatable")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """With SAKSI_NO_SKIPS, a test that was skipped has failed."""
    report = yield
    if NO_SKIPS and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped where nothing may be skipped: {report.longrepr}"
    return report
