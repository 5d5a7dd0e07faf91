import { Router } from 'express';
import type { XSimulator } from '../x-simulator';

/** The page on which one plays people on X, under `/sim/x`. */
export function pageRouter(_simulator: XSimulator): Router {
  return Router();
}
