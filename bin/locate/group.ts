/** The items by what they have in common, in the order in which each group first came. `Map.groupBy`, which Node 20 lacks. */
export const grouped = <Item>(items: readonly Item[], by: (item: Item) => string): [string, Item[]][] => {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(by(item));
    if (group) group.push(item);
    else groups.set(by(item), [item]);
  }
  return [...groups];
};
