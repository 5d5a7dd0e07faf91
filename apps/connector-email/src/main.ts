import 'reflect-metadata';
import { runApp } from '@app/runtime';
import { emailApp } from './email-app';

void runApp(emailApp);
