#include "app/html.h"

#include "tests/app/markup.h"

namespace syswright::app {
namespace {

TEST(Markup, TheCheckFindsPlantedFaults) {
  EXPECT_EQ(markup_problem("<p>fine <b>x</b> &amp; <br/></p>"), "");
  EXPECT_NE(markup_problem("<p><b>x</p></b>"), "");
  EXPECT_NE(markup_problem("<p>"), "");
  EXPECT_NE(markup_problem("</p>"), "");
  EXPECT_NE(markup_problem("a < b"), "");
  EXPECT_NE(markup_problem("a & b"), "");
  EXPECT_NE(markup_problem("<p class=\"x>"), "");
}

TEST(Html, EscapesWhatHtmlReads) {
  EXPECT_EQ(escaped("<script>alert('x') & \"y\"</script>"),
            "&lt;script&gt;alert(&#39;x&#39;) &amp; &quot;y&quot;&lt;/script&gt;");
  EXPECT_EQ(escaped(std::string("a\0b\x1b\n\t", 6)), "a b \n\t");
}

TEST(Html, ColoursPrograms) {
  EXPECT_EQ(
      highlighted_program("# a <b>\nreturn 3h + $0.97 * x1 / 1e-3;"),
      "<span class=\"com\"># a &lt;b&gt;</span>\n<span class=\"kw\">return</span> <span class=\"num\">3h</span> + "
      "<span class=\"num\">$0.97</span> * x1 / <span class=\"num\">1e-3</span>;");
  EXPECT_EQ(highlighted_program("returned < 5"), "returned &lt; <span class=\"num\">5</span>");
  EXPECT_EQ(highlighted_program("$"), "$");
  EXPECT_EQ(highlighted_program(""), "");
}

TEST(Html, ColoursDifferences) {
  EXPECT_EQ(highlighted_difference("- a < b\n+ a\n same"),
            "<span class=\"del\">- a &lt; b</span>\n<span class=\"add\">+ a</span>\n same\n");
}

}  // namespace
}  // namespace syswright::app
