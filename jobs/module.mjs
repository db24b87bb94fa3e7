// A plan may be a module: for lists that a program knows best, such as one step for each region.
const regions = ['north', 'south'];

/** @type {import('runjobs').PlanInput} */
export default {
  description: 'One step for each region, made by a program.',
  gather: regions.map(region => ({ id: region, run: ['echo', `deploying ${region}`] })),
};
