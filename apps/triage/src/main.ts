import 'reflect-metadata';
import { runApp } from '@app/runtime';
import { triageApp } from '.';

void runApp(triageApp);
