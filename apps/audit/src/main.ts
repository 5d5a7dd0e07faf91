import 'reflect-metadata';
import { runApp } from '@app/runtime';
import { auditApp } from './audit-app';

void runApp(auditApp);
