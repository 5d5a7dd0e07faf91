/** What a dialog is about: the customer as the page shows them. */
export interface DialogCustomer {
  readonly id: string;
  readonly pseudonym: string;
  readonly displayName: string;
}

export interface CustomerDialog {
  readonly kind: 'erase' | 'export';
  readonly customer: DialogCustomer;
}

const listeners = new Set<(dialog: CustomerDialog) => void>();

/** Opens a dialog about a customer. It belongs to no conversation, since those of an erased customer go while it is open. */
export function openCustomerDialog(dialog: CustomerDialog): void {
  for (const listener of listeners) listener(dialog);
}

export function onOpenCustomerDialog(listener: (dialog: CustomerDialog) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
