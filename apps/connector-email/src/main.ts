import 'reflect-metadata';
import { runApp } from '@app/runtime';
import { emailApp } from '.';

void runApp(emailApp);
