export { aroundTheClock, type BusinessClock } from './business-clock';
export { keyMs } from './key';
export { DEFAULT_HEAD_STARTS, HEAD_START_LIMITS, headStartFaults, NEEDS, type HeadStarts, type Need } from './need';
export { compareWaiting, mayServe, next, type Asking, type Skill, type Waiting, type WaitId } from './next';
