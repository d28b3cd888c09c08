"""Which run made an edge last: by event time, ties by the execution's id, and by runs alone.

`last_seen` is the time of the last run, until the edge is stated as well: what a job's design
says may be later. From then on `ran_until` keeps the time of the last run.
"""

#: Of `old`, an edge or a column edge; null where no run has made it.
RAN_UNTIL = "case when old.stated then old.ran_until else old.last_seen end"

#: What a run changes of an edge, as the end of ON CONFLICT.
LATEST_RUN = f"""
    ran_until = case when old.stated then greatest(old.ran_until, excluded.last_seen) end,
    last_execution_id = case
        when excluded.last_seen < {RAN_UNTIL} then old.last_execution_id
        when excluded.last_seen = {RAN_UNTIL}
            then (select id from lineage_execution
                  where id in (excluded.last_execution_id, old.last_execution_id)
                  order by public_id collate "C" desc limit 1)
        else excluded.last_execution_id
    end
"""  # noqa: S608 from code
