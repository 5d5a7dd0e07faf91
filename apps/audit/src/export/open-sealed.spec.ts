import { openSealed } from './open-sealed';

const proof = { salt: 'aa', commitment: 'bb' };

describe('what is sealed, opened for the one it is about', () => {
  it('tells counts by their order of magnitude, and the rest as the platform told it', () => {
    expect(
      openSealed({ followers: { value: '4.3', band: '10000+', ...proof }, verified: { value: 'true', ...proof } }),
    ).toEqual({
      followers: { about: 20_000, band: '10000+', value: '4.3', ...proof },
      verified: { told: 'true', value: 'true', ...proof },
    });
    expect(openSealed({ likes: { value: '0.0', band: '0-99', ...proof } })).toMatchObject({ likes: { about: 0 } });
  });

  it('leaves out what the platform did not tell, and gives what was kept in another shape as it is', () => {
    expect(openSealed({ followers: { value: '', ...proof }, handle: 'ann', friends: 3, none: null })).toEqual({
      handle: 'ann',
      friends: 3,
      none: null,
    });
  });
});
