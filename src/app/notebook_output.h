#pragma once

#include <functional>
#include <string>

#include "app/report.h"

/// The notebook of a search as Markdown, for people.
namespace syswright::app {

/// A chart of charts.h as a file of its own: with size, style and a white ground. Empty stays empty.
std::string standalone_svg(const std::string& svg);

/// The notebook as Markdown: in short, how the objective went, every step in a table, those that led somewhere at
/// length, dead ends, and the policy. `figure` is given each figure (a whole SVG file) and returns the address under
/// which the text shall show it. Asserts that the outcome has a notebook.
std::string notebook_markdown(const DesignReport& report, const std::function<std::string(const std::string&)>& figure);

/// Writes the notebook to `target`: a file that ends in ".md", with its figures in a folder beside it, NAME-figures; or
/// a folder with notebook.md and figures/. Returns the path of the text. Throws SystemError.
std::string write_notebook(const DesignReport& report, const std::string& target);

}  // namespace syswright::app
