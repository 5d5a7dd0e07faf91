import 'reflect-metadata';
import { runApp } from '@app/runtime';
import { apiApp } from './api-app';

void runApp(apiApp);
