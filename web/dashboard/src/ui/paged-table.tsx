// A table of what comes page by page: waiting, nothing yet, gone wrong, and more of it.
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Page } from '../contract.ts'
import { words } from '../words.ts'
import { Button } from './button.tsx'
import { Failed, Skeleton } from './states.tsx'

export type Column<Item> = { head: string; className?: string; cell: (item: Item) => ReactNode }

type PagedTableProps<Item> = {
  query: UseInfiniteQueryResult<InfiniteData<Page<Item>>>
  columns: Column<Item>[]
  /** What a screen reader calls the table. */
  label: string
  /** The title over an error. */
  failed: string
  empty: ReactNode
  className?: string
}

export function PagedTable<Item extends { id: string }>({ query, columns, label, failed, empty, className = '' }: PagedTableProps<Item>) {
  const items = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      {query.isPending && <Skeleton kind="row" rows={5} />}
      {query.isError && items.length === 0 && <Failed title={failed} error={query.error} retry={() => void query.refetch()} />}
      {query.data && items.length === 0 && empty}
      {items.length > 0 && <Rows items={items} columns={columns} label={label} className={className} />}
      {query.hasNextPage && (
        <p className="more">
          <Button onClick={() => void query.fetchNextPage()} busy={query.isFetchingNextPage}>
            {words.common.loadMore}
          </Button>
        </p>
      )}
    </>
  )
}

type RowsProps<Item> = { items: Item[]; columns: Column<Item>[]; label: string; className?: string }

export function Rows<Item extends { id: string }>({ items, columns, label, className = '' }: RowsProps<Item>) {
  return (
    <div className="card table-wrap" tabIndex={0} role="region" aria-label={label}>
      <table className={`table ${className}`}>
        <thead>
          <tr>
            {columns.map(({ head }) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.id}>
              {columns.map((column) => (
                <td key={column.head} className={column.className}>
                  {column.cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
