/** F6: moves the focus to the next pane, as in desktop programs. */
export function cyclePanes(): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter((pane) => pane.offsetParent !== null);
  const current = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next = panes[(current + 1) % panes.length];
  if (!next) return;
  const inside = next.querySelector<HTMLElement>(
    '[data-pane-focus], [role=grid], textarea, a[href], button:not([disabled])',
  );
  (inside ?? next).focus();
}
