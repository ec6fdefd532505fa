#pragma once

/// optimize/: searches any text, not only policies: constants and choices that are marked in a file (artifact.h),
/// judged by a command of the user's own (evaluator.h), which runs behind limits (child.h). search.h finds the better
/// settings; reflect.h lets a writer, such as a language model (writer.h), rewrite the whole; verdict.h compares what
/// was found with the original.
