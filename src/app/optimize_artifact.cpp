#include "app/optimize_artifact.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "optimize/files.h"

namespace syswright::app {

std::string ArtifactFiles::title() const {
  return paths.size() == 1 ? paths.front() : fmt::format("{} and {} more", paths.front(), paths.size() - 1);
}

ArtifactFiles read_artifact(const std::vector<std::string>& paths) {
  ArtifactFiles files{.paths = paths, .names = {}, .text = ""};
  std::vector<std::string> texts;
  for (const std::string& path : paths) {
    std::string name = std::filesystem::path(path).filename().string();
    if (std::find(files.names.begin(), files.names.end(), name) != files.names.end()) {
      throw InputError(
          fmt::format("--artifact: two files have the name '{}', and lie in one folder for the evaluator", name));
    }
    std::string text = read_file(path);
    if (text.find(optimize::file_separator) != std::string::npos) {
      throw InputError(fmt::format("{}: there is a control character (0x1c) in it: this is no text", path));
    }
    if (text.empty())
      throw InputError(fmt::format("{}: there is nothing in it; '--new {}' has it written", path, name));
    const optimize::Artifact marked(text, path, optimize::Artifact::Marks::optional);  // its messages name the file
    files.longest = std::max(files.longest, text.size());
    files.names.push_back(std::move(name));
    texts.push_back(std::move(text));
  }
  files.text = optimize::join_files(texts);
  return files;
}

ArtifactFiles new_artifact(const std::string& name) {
  if (name.empty() || std::filesystem::path(name).filename().string() != name) {
    throw InputError(fmt::format("--new '{}': give the name of a file, without a folder", name));
  }
  return {.paths = {name}, .names = {name}, .text = ""};
}

void write_artifact(const std::string& output, const ArtifactFiles& files, const std::string& text) {
  if (files.names.size() == 1) return write_file_atomically(output, text);
  std::error_code error;
  std::filesystem::create_directories(output, error);
  if (error) throw SystemError(fmt::format("cannot make the folder '{}'", output), error.value());
  const std::vector<std::string> texts = optimize::split_files(text);
  for (std::size_t i = 0; i < texts.size(); ++i) write_file_atomically(output + "/" + files.names[i], texts[i]);
}

}  // namespace syswright::app
