/**
 * Organizations: the tree and its accounts. The lists answer the management account and delegated administrators only.
 *
 * @see https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
 */
import { cutPage } from './paging.ts';
import { type Answer, type OperationContext, optional, type Params, type Service, WireError } from './wire.ts';
import type { FakeMember, FakeOrganization } from './world.ts';

/** MaxResults of the list operations: 1 to 20. */
const LARGEST_PAGE = 20;

export const fakeOrganizations: Service = {
  name: 'organizations',
  protocol: 'json',
  namespace: '',
  operations: {
    ListRoots: (params, context) => {
      const organization = administered(context);
      const { id, rootId } = organization;
      return list(
        'Roots',
        [{ Id: rootId, Arn: arn(organization, 'root', `${id}/${rootId}`), Name: 'Root', PolicyTypes: [] }],
        params,
        context,
      );
    },
    ListAccounts: (params, context) => {
      const organization = administered(context);
      return list('Accounts', organization.members.map(accountAnswer(organization)), params, context);
    },
    ListAccountsForParent: (params, context) => {
      const organization = administered(context);
      const parentId = existingParent(organization, params);
      const children = organization.members.filter((member) => member.parentId === parentId);
      return list('Accounts', children.map(accountAnswer(organization)), params, context);
    },
    ListOrganizationalUnitsForParent: (params, context) => {
      const organization = administered(context);
      const parentId = existingParent(organization, params);
      const children = organization.units
        .filter((unit) => unit.parentId === parentId)
        .map(({ id, name }) => ({ Id: id, Name: name, Arn: arn(organization, 'ou', `${organization.id}/${id}`) }));
      return list('OrganizationalUnits', children, params, context);
    },
  },
};

const arn = ({ managementAccountId }: FakeOrganization, kind: string, path: string): string =>
  `arn:aws:organizations::${managementAccountId}:${kind}/${path}`;

const accountAnswer =
  (organization: FakeOrganization) =>
  ({ id, name, email, state, status, joined }: FakeMember): Answer => ({
    Id: id,
    Arn: arn(organization, 'account', `${organization.id}/${id}`),
    Email: email,
    Name: name,
    State: state,
    Status: status,
    JoinedMethod: 'CREATED',
    JoinedTimestamp: joined,
  });

const organizationOf = ({ world, caller }: OperationContext): FakeOrganization => {
  const { organization } = world;
  const belongs =
    organization?.managementAccountId === caller.accountId ||
    organization?.members.some(({ id }) => id === caller.accountId);
  if (organization && belongs) return organization;
  throw new WireError(400, 'AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.');
};

const administered = (context: OperationContext): FakeOrganization => {
  const organization = organizationOf(context);
  const { accountId } = context.caller;
  if (organization.managementAccountId === accountId || organization.delegatedAdministrators.includes(accountId))
    return organization;
  throw new WireError(400, 'AccessDeniedException', "You don't have permissions to access this resource.");
};

const existingParent = (organization: FakeOrganization, params: Params): string => {
  const parentId = optional(params, 'ParentId') ?? '';
  if (!/^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/.test(parentId)) {
    throw new WireError(400, 'InvalidInputException', 'You provided a value that does not match the required pattern.');
  }
  if (parentId === organization.rootId || organization.units.some(({ id }) => id === parentId)) return parentId;
  throw new WireError(400, 'ParentNotFoundException', "You specified parent that doesn't exist.");
};

const list = (field: string, items: readonly Answer[], params: Params, { world }: OperationContext): Answer => {
  const requested = Number(params['MaxResults'] ?? LARGEST_PAGE);
  if (!(requested >= 1 && requested <= LARGEST_PAGE)) {
    throw new WireError(
      400,
      'InvalidInputException',
      'You provided a value that is out of the allowed range: MaxResults.',
    );
  }
  const page = cutPage(items, optional(params, 'NextToken'), world.paging, requested);
  if (!page) throw new WireError(400, 'InvalidInputException', 'You provided an invalid NextToken.');
  return { [field]: page.items, NextToken: page.next };
};
