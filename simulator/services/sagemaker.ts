import type * as SageMakerClient from '@aws-sdk/client-sagemaker';
import type { OperationsOf } from './operations.ts';
import { oneOf, outOfRange, pageOf, stocked } from './stocked.ts';

const PAGES = {
  max: 100,
  wrongSize: outOfRange({ code: 'ValidationException', name: 'maxResults', max: 100 }),
  wrongToken: { code: 'ValidationException', message: 'Invalid NextToken' },
};

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/: what is not there is a ValidationException that says RecordNotFound */
export const sagemaker = {
  ListNotebookInstances(call) {
    const { MaxResults, NextToken } = call.input;
    const all = stocked(call, 'AWS::SageMaker::NotebookInstance');
    const page = pageOf(call, all, { ...PAGES, size: MaxResults, usual: 10, token: NextToken });
    return {
      NotebookInstances: page.items.map(({ NotebookInstanceName, NotebookInstanceArn, ...one }) => ({
        ...one,
        NotebookInstanceName: NotebookInstanceName ?? '',
        NotebookInstanceArn: NotebookInstanceArn ?? '',
      })),
      NextToken: page.nextToken,
    };
  },
  DescribeNotebookInstance(call) {
    const name = call.input.NotebookInstanceName;
    const missing = { code: 'ValidationException', message: 'RecordNotFound' };
    return oneOf(stocked(call, 'AWS::SageMaker::NotebookInstance'), one => one.NotebookInstanceName === name, missing);
  },
  ListTags(call) {
    const { ResourceArn, MaxResults, NextToken } = call.input;
    const missing = { code: 'ValidationException', message: `Resource ${ResourceArn} does not exist` };
    const all = stocked(call, 'AWS::SageMaker::NotebookInstance');
    const { Tags = [] } = oneOf(all, one => one.NotebookInstanceArn === ResourceArn, missing);
    // AWS's pages of tags have at least fifty.
    const page = pageOf(call, Tags, { ...PAGES, size: MaxResults, min: 50, token: NextToken, scope: ResourceArn });
    return { Tags: page.items, NextToken: page.nextToken };
  },
} satisfies OperationsOf<typeof SageMakerClient>;
