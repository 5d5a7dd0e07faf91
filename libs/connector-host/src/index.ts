export { Intake1763800000002 } from './migrations/1763800000002-intake';
