import type * as EksClient from '@aws-sdk/client-eks';
import type { Call } from '../service.ts';
import type { OperationsOf } from './operations.ts';
import { oneOf, outOfRange, pageOf, type Stored, stocked } from './stocked.ts';

const PAGES = {
  max: 100,
  wrongSize: outOfRange({ code: 'InvalidParameterException', name: 'maxResults', max: 100 }),
  wrongToken: { code: 'InvalidParameterException', message: 'Invalid nextToken.' },
};

/** https://docs.aws.amazon.com/eks/latest/APIReference/: listings answer names only */
export const eks = {
  ListClusters(call) {
    const { maxResults, nextToken } = call.input;
    const page = pageOf(call, stocked(call, 'AWS::EKS::Cluster'), { ...PAGES, size: maxResults, token: nextToken });
    return { clusters: page.items.map(one => one.name ?? ''), nextToken: page.nextToken };
  },
  DescribeCluster(call) {
    return { cluster: clusterNamed(call, call.input.name) };
  },
  ListNodegroups(call) {
    const { clusterName, maxResults, nextToken } = call.input;
    clusterNamed(call, clusterName);
    const within = stocked(call, 'AWS::EKS::Nodegroup').filter(one => one.clusterName === clusterName);
    const page = pageOf(call, within, { ...PAGES, size: maxResults, token: nextToken, scope: clusterName });
    return { nodegroups: page.items.map(one => one.nodegroupName ?? ''), nextToken: page.nextToken };
  },
  DescribeNodegroup(call) {
    const { clusterName, nodegroupName } = call.input;
    clusterNamed(call, clusterName);
    const within = stocked(call, 'AWS::EKS::Nodegroup').filter(one => one.clusterName === clusterName);
    const missing = notFound(`No node group found for name: ${nodegroupName}.`);
    return { nodegroup: oneOf(within, one => one.nodegroupName === nodegroupName, missing) };
  },
  ListFargateProfiles(call) {
    const { clusterName, maxResults, nextToken } = call.input;
    clusterNamed(call, clusterName);
    const within = stocked(call, 'AWS::EKS::FargateProfile').filter(one => one.clusterName === clusterName);
    const page = pageOf(call, within, { ...PAGES, size: maxResults, token: nextToken, scope: clusterName });
    return { fargateProfileNames: page.items.map(one => one.fargateProfileName ?? ''), nextToken: page.nextToken };
  },
  DescribeFargateProfile(call) {
    const { clusterName, fargateProfileName: name } = call.input;
    clusterNamed(call, clusterName);
    const within = stocked(call, 'AWS::EKS::FargateProfile').filter(one => one.clusterName === clusterName);
    const missing = notFound(`No Fargate Profile found with name: ${name}.`);
    return { fargateProfile: oneOf(within, one => one.fargateProfileName === name, missing) };
  },
} satisfies OperationsOf<typeof EksClient>;

function clusterNamed(call: Call<unknown>, name: string | undefined): Stored<'AWS::EKS::Cluster'> {
  return oneOf(
    stocked(call, 'AWS::EKS::Cluster'),
    one => one.name === name,
    notFound(`No cluster found for name: ${name}.`),
  );
}

function notFound(message: string) {
  return { code: 'ResourceNotFoundException', message, status: 404 };
}
