#pragma once

/// trace/: recorded workloads as typed columns: readers and writers of the formats that people have, generators for
/// when they have none, and a recorder of real programs. Knows nothing of what will consume a trace.
