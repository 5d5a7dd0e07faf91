import 'reflect-metadata';
import { runApp } from '@app/runtime';
import { messengerApp } from './messenger-app';

void runApp(messengerApp);
