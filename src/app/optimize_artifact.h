#pragma once

#include <string>
#include <vector>

#include "optimize/artifact.h"

namespace syswright::app {

/// The files that `syswright optimize` works on.
struct ArtifactFiles {
  std::vector<std::string> paths;  ///< as they were given
  std::vector<std::string> names;  ///< without folders
  std::string text;                ///< of all of them, as optimize/files.h joins them; empty: there is none yet
  std::size_t longest = 0;         ///< bytes

  /// "pack.c", or "pack.c and 2 more"
  std::string title() const;
};

/// Reads them. Throws InputError for two files of one name, a file that is not text, and marks that cannot be read,
/// with their place.
ArtifactFiles read_artifact(const std::vector<std::string>& paths);
/// A file that does not exist yet.
ArtifactFiles new_artifact(const std::string& name);

/// Writes a text of these files: one to the file `output`, several into the folder `output`.
void write_artifact(const std::string& output, const ArtifactFiles& files, const std::string& text);

}  // namespace syswright::app
