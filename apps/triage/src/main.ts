import 'reflect-metadata';
import { runApp } from '@app/runtime';
import { triageApp } from './triage-app';

void runApp(triageApp);
