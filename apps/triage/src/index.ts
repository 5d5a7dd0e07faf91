export { triageSettings } from './config';
export { triageApp } from './triage-app';
