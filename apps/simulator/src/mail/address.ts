/** Domain whose mailboxes come into being as soon as somebody writes from or to them. */
export const CUSTOMER_DOMAIN = 'customers.test';

/**
 * Lower-cases and checks one bare address. Throws a RangeError that names what was got; addresses of the simulated
 * provider are plain ASCII (RFC 5321 dot-atom), which keeps them usable as folder names.
 */
export function mailAddress(text: string): string {
  const address = text.trim().toLowerCase();
  const fits = /^[a-z0-9][a-z0-9._+=-]{0,63}@[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(address) && address.length <= 254;
  if (!fits) {
    throw new RangeError(
      `Not an address the simulated provider takes: "${text.slice(0, 80)}". ` +
        'Use letters, digits and . _ + = - before the @, for example lea.martin@customers.test.',
    );
  }
  return address;
}

/** The mailbox that an address reaches: `support+r-abc@x` is delivered to `support@x`. */
export function mailboxOf(address: string): string {
  const normal = mailAddress(address);
  const at = normal.lastIndexOf('@');
  const local = normal.slice(0, at);
  const plus = local.indexOf('+');
  return (plus > 0 ? local.slice(0, plus) : local) + normal.slice(at);
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
