export { apiApp } from './api-app';
export { apiSettings } from './config';
export { hashPassword, PASSWORD } from './viewer/passwords';
