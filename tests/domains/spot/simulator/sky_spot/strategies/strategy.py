class Strategy:
    """What a strategy finds in itself when its _step is called: seconds, all of them."""

    def __init__(self, args):
        self.args = args

    def reset(self, env, task):
        self.env = env
        self.task_duration = task
        self.deadline = self.args.deadline_hours * 3600
        self.restart_overhead = self.args.restart_overhead_hours * 3600
        self.task_done_time = []
        self.remaining_restart_overhead = 0.0
