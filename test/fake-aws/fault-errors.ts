/** An injected fault in the words of the AWS service that has it. */
import type { Fault, FaultKind } from './faults.ts';
import type { HttpAnswer } from './http.ts';
import { type Service, WireError, writeError } from './wire.ts';

type Refusal = readonly [status: number, code: string, message: string];

/** https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html, and the error lists of each operation */
const QUERY: Partial<Record<FaultKind, Refusal>> = {
  throttle: [400, 'Throttling', 'Rate exceeded'],
  deny: [
    403,
    'AccessDenied',
    'User is not authorized to perform this action because no identity-based policy allows it',
  ],
  error500: [
    500,
    'InternalFailure',
    'The request processing has failed because of an unknown error, exception or failure.',
  ],
  'expired-token': [403, 'ExpiredToken', 'The security token included in the request is expired'],
  'not-found': [404, 'NoSuchEntity', 'The entity cannot be found.'],
  'limit-exceeded': [409, 'LimitExceeded', 'No more capacity in the service to serve the request.'],
};

const JSON_1_1: Partial<Record<FaultKind, Refusal>> = {
  throttle: [400, 'ThrottlingException', 'Rate exceeded'],
  deny: [400, 'AccessDeniedException', "You don't have permissions to access this resource."],
  error500: [500, 'InternalServiceError', 'An error occurred on the server side.'],
  'expired-token': [400, 'ExpiredTokenException', 'The security token included in the request is expired'],
  'not-found': [400, 'ResourceNotFoundException', 'The resource cannot be found.'],
  'limit-exceeded': [400, 'LimitExceededException', 'The request exceeds a limit.'],
};

const BY_SERVICE: Record<string, Partial<Record<FaultKind, Refusal>>> = {
  iam: { error500: [500, 'ServiceFailure', 'The request processing has failed because of an unknown error.'] },
  sns: {
    deny: [403, 'AuthorizationError', 'User is not authorized to perform: SNS:Publish'],
    error500: [500, 'InternalError', 'An internal service error occurred.'],
    'not-found': [404, 'NotFound', 'Topic does not exist'],
  },
  organizations: {
    throttle: [400, 'TooManyRequestsException', 'You have sent too many requests in too short a period of time.'],
    error500: [
      500,
      'ServiceException',
      "AWS Organizations can't complete your request because of an internal service error.",
    ],
    'not-found': [400, 'ParentNotFoundException', "You specified parent that doesn't exist."],
  },
  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  s3: {
    throttle: [503, 'SlowDown', 'Please reduce your request rate.'],
    deny: [403, 'AccessDenied', 'Access Denied'],
    error500: [500, 'InternalError', 'We encountered an internal error. Please try again.'],
    'not-found': [404, 'NoSuchBucket', 'The specified bucket does not exist'],
  },
  // https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html#API_ListFunctions_Errors
  lambda: {
    throttle: [429, 'TooManyRequestsException', 'Rate exceeded'],
    deny: [403, 'AccessDeniedException', 'User is not authorized to perform: lambda:ListFunctions'],
    error500: [500, 'ServiceException', 'The Lambda service encountered an internal error.'],
    'expired-token': [403, 'ExpiredTokenException', 'The security token included in the request is expired'],
  },
};

const BY_OPERATION: Record<string, Partial<Record<FaultKind, Refusal>>> = {
  GetCredentialReport: { 'not-found': [410, 'ReportNotPresent', 'No report is present. Generate one first.'] },
  // A deleted key is answered as a missing permission.
  GetAccessKeyLastUsed: {
    'not-found': [
      403,
      'AccessDenied',
      'User is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key',
    ],
  },
};

export const refusalOf =
  (service: Service, action: string) =>
  (fault: Fault): HttpAnswer => {
    const { kind } = fault;
    if (kind === 'empty') return { status: 200, headers: {}, body: service.protocol === 'query' ? '<answer/>' : '{}' };
    if (kind === 'malformed')
      return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>proxy: try again <b>later' };
    const [status, code, message] =
      BY_OPERATION[action]?.[kind] ??
      BY_SERVICE[service.name]?.[kind] ??
      (service.protocol === 'query' ? QUERY : JSON_1_1)[kind] ??
      ([400, 'ValidationError', `no such fault of AWS: ${kind}`] as const);
    return writeError(service, new WireError(fault.status ?? status, fault.code ?? code, fault.message ?? message));
  };
