import 'reflect-metadata';
import { runApp } from '@app/runtime';
import { apiApp } from '.';

void runApp(apiApp);
