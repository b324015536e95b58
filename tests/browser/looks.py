"""What is measured inside a page: targets, focus, cut or overlapping words, inline code. JavaScript, for `evaluate`."""

from __future__ import annotations

PRESSED = "a, button, input:not([type=hidden]), select, summary, textarea, audio, video, [tabindex='0']"

SMALL_TARGETS = """(pressed) => [...document.querySelectorAll(pressed)]
  .filter(e => e.matches('.btn')
    || !e.closest('p:not(.row, .actions, .help-line, .help-more, .back, .player-more)'))
  .map(e => e.matches('input') ? (e.closest('.pick') || e) : e)
  .filter(e => e.checkVisibility() && !e.matches('.skip'))
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([, b]) => b.width && (b.width < 43.9 || b.height < 43.9))
  .map(([e, b]) => `${e.outerHTML.slice(0, 90)} ${b.width.toFixed(0)}x${b.height.toFixed(0)}`)"""

BAD_FOCUS = """(pressed) => {
  const bad = [];
  for (const e of document.querySelectorAll(pressed)) {
    if (!e.checkVisibility()) continue;
    document.activeElement.blur();
    const rest = getComputedStyle(e), before = rest.outlineStyle + rest.outlineWidth;
    e.focus({ focusVisible: true });
    const said = e.outerHTML.slice(0, 90);
    if (document.activeElement !== e) { bad.push('no focus: ' + said); continue; }
    const b = e.getClientRects()[0]; // what is taller than the window is judged by the part in view
    const middle = (from, to, most) => (Math.max(0, from) + Math.min(most, to)) / 2;
    const hit = document.elementFromPoint(middle(b.left, b.right, innerWidth), middle(b.top, b.bottom, innerHeight));
    if (!hit || !(e.contains(hit) || hit.contains(e) && hit.matches('label, summary')))
      bad.push(`covered by ${hit && hit.outerHTML.slice(0, 60)}: ${said}`);
    const s = getComputedStyle(e);
    if (s.outlineStyle === 'none' || parseFloat(s.outlineWidth) < 2) bad.push('no outline: ' + said);
    if (s.outlineStyle + s.outlineWidth === before) bad.push('focus looks like no focus: ' + said);
  }
  return bad;
}"""

INLINE = """() => [...document.querySelectorAll('*')]
  .filter(e => [...e.attributes].some(a => a.name === 'style' || a.name.startsWith('on'))
    || e.matches('style, script:not([src])'))
  .map(e => e.outerHTML.slice(0, 120))"""

HIDDEN_SHOWN = """() => [...document.querySelectorAll('[hidden]')]
  .filter(e => e.checkVisibility()).map(e => e.outerHTML.slice(0, 120))"""

CUT = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.checkVisibility() && !e.closest('.hide, .skip, svg') && e.innerText && e.innerText.trim())
  .filter(e => !e.closest('thead')) // a narrow table's heads are for screen readers only
  .filter(e => ['hidden', 'clip'].includes(getComputedStyle(e).overflowX) && !e.matches('.river, .meta'))
  .filter(e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
  .map(e => 'cut: ' + e.outerHTML.slice(0, 120))"""

OVERLAPS = """() => {
  const floats = e => { for (; e; e = e.parentElement)
    if (['sticky', 'fixed'].includes(getComputedStyle(e).position)) return true; return false; };
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = walker.nextNode(); n; n = walker.nextNode()) {
    const e = n.parentElement;
    if (!n.data.trim() || !e.checkVisibility() || floats(e)) continue;
    if (e.closest('.hide, .skip, svg, video, audio, select') || innerWidth <= 704 && e.closest('thead')) continue;
    const range = document.createRange(); range.selectNodeContents(n);
    for (const b of range.getClientRects()) if (b.width > 1) boxes.push([b, n.data.trim().slice(0, 40)]);
  }
  const bad = [];
  boxes.forEach(([a, s], i) => boxes.slice(i + 1).forEach(([b, t]) => {
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (across > 2 && down > Math.min(a.height, b.height) / 2) bad.push(`overlap: ${s} / ${t}`);
  }));
  return bad;
}"""

MOVES = """() => [...document.querySelectorAll('*')]
  .map(e => [e, getComputedStyle(e)])
  .filter(([, s]) => s.scrollBehavior === 'smooth' || parseFloat(s.transitionDuration) > 0
    || (s.animationName !== 'none' && parseFloat(s.animationDuration) > 0))
  .map(([e]) => e.outerHTML.slice(0, 90))"""

DOUBLED = """() => { const root = document.documentElement;
  root.style.fontSize ||= 2 * parseFloat(getComputedStyle(root).fontSize) + 'px'; }"""
