import 'reflect-metadata';
import { runAllInOne } from './all-in-one';

void runAllInOne();
