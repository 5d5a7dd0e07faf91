import type { Access } from '../access';
import type { Credits } from '../credits';
import type { Directs } from '../directs';
import type { Limits } from '../limits';
import type { Media } from '../media';
import type { Posts } from '../posts';
import type { Rules } from '../rules';
import type { World } from '../world';
import type { CallFaults } from './call-faults';

/** What the API's routes work with. */
export interface ApiParts {
  readonly world: World;
  readonly posts: Posts;
  readonly directs: Directs;
  readonly media: Media;
  readonly access: Access;
  readonly limits: Limits;
  readonly credits: Credits;
  readonly faults: CallFaults;
  readonly rules: () => Rules;
  /** Where the simulator is served; without a slash at the end. */
  readonly origin: () => string;
}
