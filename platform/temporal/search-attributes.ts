import { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.ts';

const KEYWORD = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;

/** Makes Temporal know our search attributes; those that it knows already are left alone. Returns the names added. */
export async function registerSearchAttributes(to: { address: string; namespace: string }): Promise<readonly string[]> {
  const connection = await Connection.connect({ address: to.address });
  try {
    const { namespace } = to;
    const known = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = Object.values(SEARCH_ATTRIBUTES)
      .map((key) => key.name)
      .filter((name) => !Object.hasOwn(known.customAttributes ?? {}, name));
    if (missing.length > 0) {
      const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    }
    return missing;
  } finally {
    await connection.close();
  }
}
