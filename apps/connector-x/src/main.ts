import 'reflect-metadata';
import { runApp } from '@app/runtime';
import { xApp } from './x-app';

void runApp(xApp);
