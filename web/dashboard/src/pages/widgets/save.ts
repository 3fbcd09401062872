// Saving a change of a widget, and telling that it was saved.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { queries } from '../../api/queries.ts'
import { api } from '../../api/routes.ts'
import type { Widget, WidgetChange } from '../../contract.ts'
import { say as tell } from '../../ui/toast.tsx'
import { words } from '../../words.ts'

export function useWidget(id: string): Widget | undefined {
  return useQuery(queries.widget(id)).data
}

export function useSave(id: string, done: string = words.common.saved) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (change: WidgetChange) => api.changeWidget(id, change),
    onSuccess: (fresh) => {
      cache.setQueryData(queries.widget(id).queryKey, fresh)
      void cache.invalidateQueries({ queryKey: ['widgets'] })
      tell(done)
    },
  })
}
