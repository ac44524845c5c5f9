import { LIMITS } from '../domain/limits.ts';

/**
 * How EC2 pages nearly all of its listings. `MaxResults` is always sent: without it EC2 charges the listing to a smaller
 * bucket of requests, and cuts some listings off (EC2 developer guide, "Request throttling" and "Pagination").
 */
export const EC2_PAGES = {
  input: (token: string | undefined) => ({ MaxResults: LIMITS.pageItemsMax, NextToken: token }),
  next: (answer: { NextToken?: string | undefined }) => answer.NextToken,
};
