#pragma once

/// farm/: where evaluations run. A farm is an Evaluator: it takes a batch of jobs and gives back their evaluations in
/// the order of the jobs, whatever ran where. Here: the threads of one machine (thread_farm.h), and the processes of
/// several (cluster_farm.h). And where learners step simulations,
/// many at once: environments (environment.h).
