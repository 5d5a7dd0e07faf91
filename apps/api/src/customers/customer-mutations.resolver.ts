import { Injectable } from '@nestjs/common';
import { Erasures, Exports, findCustomer } from '@app/inbox';
import { ChangeFeed } from '@app/runtime';
import { isUuid } from '../graphql/cursor';
import { wordOf } from '../graphql/enum-names';
import type {
  CustomerEraseInput,
  CustomerExportInput,
  CustomerFindInput,
  Resolvers,
  ResolversTypes,
} from '../graphql/generated';
import type { Operation } from '../graphql/operation';
import type { ResolvesFields } from '../graphql/schema';
import { faultOfKey, faultOfText, notFound } from '../graphql/user-errors';

type Refusal = Awaited<ResolversTypes['UserError']>;

/** Longest reason, in UTF-16 units. */
const MAX_REASON = 2_000;
/** Longest address or platform id. */
const MAX_ADDRESS = 998;

/** Looking a customer up, erasing them, and sending them what we hold. */
@Injectable()
export class CustomerMutationsResolver implements ResolvesFields {
  constructor(
    private readonly erasures: Erasures,
    private readonly exports: Exports,
    private readonly changes: ChangeFeed,
  ) {}

  resolvers(): Resolvers {
    return {
      Mutation: {
        customerFind: (_, { input }, operation) => this.find(operation, input),
        customerErase: (_, { input }, operation) => this.erase(operation, input),
        customerExport: (_, { input }, operation) => this.export(operation, input),
      },
    };
  }

  private async find(operation: Operation, { address, reason, clientMutationId }: CustomerFindInput) {
    const { words, viewer } = operation;
    const fault = faultOfKey(clientMutationId, words) ?? faultOfText('address', address, MAX_ADDRESS, words);
    if (fault) return { customer: null, entry: null, userErrors: [fault], clientMutationId };
    const { customer: found, entry } = await operation.write((tx) =>
      findCustomer(tx, { agentId: viewer.agentId, address, reason: wordOf(reason) }),
    );
    const customer = found && (await operation.load.customers.load(found.id));
    if (!customer) return { customer: null, entry, userErrors: [notFound(['address'], words)], clientMutationId };
    const known = (await operation.load.knownCustomers.load(customer.id)) ?? false;
    return { customer: { ...customer, known }, entry, userErrors: [], clientMutationId };
  }

  private async erase(operation: Operation, { customerId, confirm, reason, clientMutationId }: CustomerEraseInput) {
    const { words, viewer } = operation;
    const refuse = (...userErrors: Refusal[]) => ({ erasure: null, userErrors, clientMutationId, syncId: null });
    const fault = faultOfKey(clientMutationId, words) ?? faultOfText('reason', reason, MAX_REASON, words);
    if (fault) return refuse(fault);
    if (!isUuid(customerId)) return refuse(notFound(['customerId'], words));
    const answer = await operation.write((tx) =>
      this.erasures.request(tx, { agentId: viewer.agentId, customerId, confirm, reason, clientMutationId }),
    );
    if ('error' in answer) {
      if (answer.error === 'unknown-customer') return refuse(notFound(['customerId'], words));
      const field = ['input', 'confirm'];
      return refuse({ __typename: 'ConfirmationWrongError', field, message: words.confirmationWrong });
    }
    const erasure = (await operation.load.erasures.load(answer.erasureId))!;
    const syncId = await operation.read((tx) => this.changes.currentSyncId(tx));
    return { erasure, userErrors: [], clientMutationId, syncId };
  }

  private async export(operation: Operation, input: CustomerExportInput) {
    const { customerId, deliverToIdentityId: identityId, reason, clientMutationId } = input;
    const { words, viewer } = operation;
    const refuse = (...userErrors: Refusal[]) => ({ customerExport: null, userErrors, clientMutationId });
    const fault = faultOfKey(clientMutationId, words) ?? faultOfText('reason', reason, MAX_REASON, words);
    if (fault) return refuse(fault);
    if (!isUuid(customerId)) return refuse(notFound(['customerId'], words));
    if (!isUuid(identityId)) return refuse(notFound(['deliverToIdentityId'], words));
    const answer = await operation.write((tx) =>
      this.exports.request(tx, { agentId: viewer.agentId, customerId, identityId, reason, clientMutationId }),
    );
    if ('error' in answer) return refuse(notFound(['deliverToIdentityId'], words));
    const customerExport = (await operation.load.exports.load(answer.exportId))!;
    return { customerExport, userErrors: [], clientMutationId };
  }
}
