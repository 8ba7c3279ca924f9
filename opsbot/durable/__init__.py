"""What must survive a crash, carried to its end by this process or another: DBOS stops here."""

from opsbot.durable.duties import Duties, Replicas, Run
from opsbot.durable.polling import Polling
from opsbot.durable.tempo import Tempo
from opsbot.durable.work import DurableWork

__all__ = ["DurableWork", "Duties", "Polling", "Replicas", "Run", "Tempo"]
