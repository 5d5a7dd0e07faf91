export { auditApp } from './audit-app';
export { auditSettings } from './config';
export { customerArchive } from './export/customer-archive';
export { exportPage, type ExportPageParts } from './export/export-page';
export { MakeExports, type MakeExportsParts } from './export/make-exports';
export { readSealed, type CustomerFacts } from './export/customer-facts';
export { ForgetAccount } from './sealed/forget-account';
export { ForgetSealed } from './sealed/forget-sealed';
export { KeepTime, type KeepTimeParts } from './sealed/keep-time';
