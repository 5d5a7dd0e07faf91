import { lazy, Suspense, useEffect, useState } from 'react';
import { onOpenCustomerDialog, type CustomerDialog } from './customer-dialogs-state';

const EraseDialog = lazy(() => import('./erase-dialog').then((module) => ({ default: module.EraseDialog })));
const ExportDialog = lazy(() => import('./export-dialog').then((module) => ({ default: module.ExportDialog })));

/** The dialogs about customers; few people ever open one, so they come when they are asked for. */
export function CustomerDialogs() {
  const [dialog, setDialog] = useState<CustomerDialog>();
  useEffect(() => onOpenCustomerDialog(setDialog), []);
  if (!dialog) return null;
  const close = () => setDialog(undefined);
  return (
    <Suspense>
      {dialog.kind === 'erase' ? (
        <EraseDialog customer={dialog.customer} onClose={close} />
      ) : (
        <ExportDialog customer={dialog.customer} onClose={close} />
      )}
    </Suspense>
  );
}
