/** Whether an HTML body says no more than its text: no tables, pictures or colours that would be lost. */
export function looksPlain(html: string): boolean {
  return !/<(table|img|font|h[1-3]|center)\b|bgcolor|background/i.test(html);
}
