// Tests with servers and processes wait for conditions, not for times: the limit only ends what hangs.
jest.setTimeout(120_000);
