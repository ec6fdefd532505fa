#include "app/page.h"

#include <fmt/format.h>

#include "app/html.h"
#include "app/report_style.h"

namespace syswright::app {

std::string attribute(std::string_view name, std::string_view value) {
  return value.empty() ? std::string() : fmt::format("{}=\"{}\"", name, escaped(value));
}

std::string element(std::string_view tag, std::string_view attributes, std::string_view content) {
  return fmt::format("<{}{}{}>{}</{}>\n", tag, attributes.empty() ? "" : " ", attributes, content, tag);
}

std::string section(const std::string& heading, const std::string& note, const std::string& body,
                    std::string_view name) {
  return element("section", attribute("class", name),
                 "\n" + element("h2", "", escaped(heading)) +
                     (note.empty() ? "" : element("p", attribute("class", "note"), escaped(note))) + body);
}

std::string page(const std::string& kind, const std::string& title, const std::string& body,
                 const std::string& footer) {
  const std::string header = element(
      "header", "", "\n" + element("p", attribute("class", "kind"), escaped(kind)) + element("h1", "", escaped(title)));
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
         element("title", "", escaped(title)) + "<style>" + std::string(report_style()) +
         "</style>\n</head>\n<body>\n" +
         element("main", "", "\n" + header + body + element("footer", "", escaped(footer))) + "</body>\n</html>\n";
}

}  // namespace syswright::app
