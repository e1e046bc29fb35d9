// The report: results to a page and to Markdown, and that nothing from outside
// becomes more than text in them.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "bench/report/draw.h"
#include "bench/report/escape.h"
#include "bench/report/html.h"
#include "bench/report/markdown.h"
#include "bench/report/picks.h"
#include "bench/report/report.h"
#include "bench/sample/sampler.h"
#include "catch.h"

namespace smsweb::bench {
namespace {

constexpr const char* kHostile =
    "<script>alert(1)</script> \"'&| `touch /tmp/pwned` [x](javascript:y) "
    "$(id) \x1b[2J\xFF";

class Folder {
 public:
  Folder() {
    char path[] = "/tmp/bench_report_test.XXXXXX";
    path_ = ::mkdtemp(path);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string ReadFile(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t CountOf(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

void WriteSamples(const std::filesystem::path& file) {
  std::ofstream out(file);
  std::string header;
  for (const auto& column : Columns(2, {})) {
    header += (header.empty() ? "" : ",") + column.name;
  }
  out << header << '\n';
  const auto columns =
      static_cast<std::size_t>(std::ranges::count(header, ',')) + 1;
  for (int row = 1; row <= 3; ++row) {
    out << row;
    for (std::size_t i = 1; i < columns; ++i) out << ',' << 10 * row;
    out << '\n';
  }
}

RunRecord RunOf(std::uint64_t succeeded, double seconds) {
  RunRecord run;
  run.tool = "ab";
  run.command =
      "ab -n 252 -c 252 'http://127.0.0.1:8080/s.py?rcpt=1&msg=pesan'";
  run.output = "ab.txt";
  run.samples = "samples.csv";
  run.seconds = seconds;
  run.succeeded = succeeded;
  run.latency.Record(12'000, succeeded);
  run.counted = true;
  run.peak = {.cpu_percent = 42, .memory_percent = 9, .memory_bytes = 1 << 25};
  run.cpu_seconds = {{"web", 0.02}, {"endpoint", 0.05}, {"spooler", 0.01}};
  return run;
}

RowRecord RowOf(std::uint64_t requests, std::uint64_t concurrency,
                const std::vector<RunRecord>& runs) {
  return {.requests = requests, .concurrency = concurrency, .runs = runs};
}

CaseRecord Table3On(const std::string& setup, const std::string& title,
                    double speed) {
  CaseRecord record{.name = "table-3",
                    .title = "The paper's Table 3",
                    .setup = setup,
                    .setup_title = title,
                    .request = "GET /s.py?rcpt=1&msg=pesan",
                    .has_modems = true};
  for (const std::uint64_t count : {1, 10, 100}) {
    const double seconds = static_cast<double>(count) / speed;
    record.rows.push_back(
        RowOf(count, count == 1 ? 1 : count / 2,
              {RunOf(count, seconds), RunOf(count, seconds)}));
  }
  record.rows.push_back(RowOf(252, 252, {RunOf(252, 252 / speed)}));
  return record;
}

Results Example() {
  Results results;
  results.began = "2026-11-26T10:00:00.000Z";
  results.took_seconds = 600;
  results.command = "smsweb-bench report --out report";
  results.version = "0.1.0";
  results.machine.processor = "AMD EPYC";
  results.machine.cores = 2;
  results.machine.mhz = 1000;
  results.machine.memory = 1ULL << 30;
  results.cases.push_back(Table3On("nginx-fastcgi", "nginx, FastCGI", 1000));
  results.cases.push_back(Table3On("paper", "The paper's design", 20));
  results.cases[1].rows[3].runs[0].non_2xx = 48;
  results.cases[1].rows[3].runs[0].statuses = {{202, 252}, {500, 48}};
  results.cases[0].rows.push_back(
      {.requests = 1'000'000, .skipped = "ab refuses so many"});
  DeliveryRecord delivery{.setup = "nginx-fastcgi",
                          .modems = 1,
                          .messages = 20,
                          .delivered = 20,
                          .load = "one at a time"};
  delivery.answered.Record(900, 20);
  delivery.to_modem.Record(1500, 20);
  delivery.to_network.Record(3'000'000, 20);
  results.deliveries.push_back(delivery);
  results.ceilings.push_back({.setup = "nginx-fastcgi",
                              .highest = 4000,
                              .lowest_failing = 4200,
                              .steps = {{.concurrency = 4000}},
                              .cause = "listen_queue",
                              .sentence = "The queue was full.",
                              .evidence = {"ListenOverflows +12"},
                              .remedy = "Raise somaxconn."});
  results.reproduction = Reproduction{.server = "nginx",
                                      .trials = {{.what = "256 descriptors",
                                                  .client_descriptors = 256,
                                                  .concurrency = 252,
                                                  .completed = true,
                                                  .expected = true}}};
  return results;
}

// With `kHostile` wherever a program or a user had a say.
Results HostileExample() {
  Results results = Example();
  results.command = results.version = kHostile;
  results.machine.processor = results.machine.kernel = kHostile;
  results.machine.versions = {{kHostile, kHostile}};
  CaseRecord& record = results.cases[0];
  record.title = record.setup_title = record.request = kHostile;
  record.commands = {kHostile};
  record.sizes = {{kHostile, 1}};
  RunRecord& run = record.rows[3].runs[0];
  run.command = kHostile;
  run.output = "javascript:alert(1)";
  run.samples = kHostile;
  run.non_2xx = run.failed = 1;
  run.problems = run.faults = {{kHostile, 1}};
  record.rows.push_back({.skipped = kHostile});
  record.broke_off = kHostile;
  record.versions = {{kHostile, kHostile}};
  results.deliveries[0].load = results.deliveries[0].modem = kHostile;
  CeilingRecord& ceiling = results.ceilings[0];
  ceiling.sentence = ceiling.remedy = ceiling.cause = kHostile;
  ceiling.setup_title = ceiling.steps[0].what_failed = kHostile;
  ceiling.evidence = {kHostile, "```\n</code>"};
  results.reproduction->url = results.reproduction->server = kHostile;
  results.reproduction->trials[0].words = kHostile;
  return results;
}

struct Pages {
  std::string html;
  std::string markdown;
  std::vector<std::string> charts;
};

Pages PagesOf(const Results& results) {
  const Folder folder;
  WriteSamples(folder.path() / "samples.csv");
  const auto written = WriteReport(
      results, {folder.path(), {.rate = 1, .seconds = 3, .wait = 10}});
  if (!written) FAIL(written.error().message);
  Pages pages{ReadFile(folder.path() / "report.html"),
              ReadFile(folder.path() / "report.md"),
              {}};
  for (const auto& entry :
       std::filesystem::directory_iterator(folder.path() / "charts")) {
    pages.charts.push_back(entry.path().filename());
  }
  return pages;
}

TEST_CASE("The report has all its sections, on the page and in Markdown") {
  const Pages pages = PagesOf(Example());
  for (const std::string section :
       {"The paper's four questions", "How far to believe it",
        "Machine and versions", "The test cases, row by row",
        "Time to the answer", "Throughput and goodput over concurrency",
        "Set-ups compared", "What failed", "From the request to the network",
        "The ceiling of each set-up", "The paper's 252", "Capacity",
        "How to repeat it", "What the columns mean"}) {
    INFO(section);
    CHECK(Has(pages.html, ">" + EscapeHtml(section) + "</h2>"));
    CHECK(Has(pages.html, "\">" + EscapeHtml(section) + "</a></li>"));
    CHECK(Has(pages.markdown, "\n## " + section + "\n"));
  }
}

TEST_CASE("The page says what was measured, beside the paper's figures") {
  const Pages pages = PagesOf(Example());
  for (const std::string& text : {pages.html, pages.markdown}) {
    CHECK(Has(text, "2,608,036"));   // the paper's Rx at 50
    CHECK(Has(text, "106.496 MB"));  // its plan
    CHECK(Has(text, "19.90 Mbit/s"));
    CHECK(Has(text, "ab refuses so many"));
    CHECK(Has(text, "Raise somaxconn."));
    CHECK(Has(text, "Reproduced."));
    CHECK(Has(text, "4 modems are needed"));
  }
  CHECK(Has(pages.html, "<td class=\"figure\">92.160 MB</td>"));  // ours
  CHECK(Has(pages.html, "1,000,000 requests, 0 at once"));
}

TEST_CASE("The paper's four questions are answered with figures") {
  const std::string markdown = PagesOf(Example()).markdown;
  for (const std::string answer :
       {"**1,000 messages a second**, half of them answered within 12 ms",
        "the paper's design on the same machine 20 a second, 48 failed",
        "from the request to the network's answer **3 s** at the median",
        "at the most **42 % of CPU**, 9 % of memory (32 MiB",
        "a message costs 317 µs of CPU",
        "**4,000 at once** without a failure, and more than that ends in "
        "`listen_queue`"}) {
    INFO(answer);
    CHECK(Has(markdown, answer));
  }
}

TEST_CASE("Every chart of the page is drawn, and a file beside the Markdown") {
  const Pages pages = PagesOf(Example());
  CHECK(pages.charts.size() > 20);
  CHECK(CountOf(pages.html, "<svg role=\"img\"") == pages.charts.size());
  for (const auto& chart : pages.charts) {
    INFO(chart);
    CHECK(CountOf(pages.markdown, "](./charts/" + chart + ")") == 1);
  }
}

TEST_CASE("No two elements of the page have the same id") {
  const std::string html = PagesOf(Example()).html;
  const std::regex id("\\sid=['\"]([^'\"]*)");
  std::set<std::string> seen;
  for (std::sregex_iterator at(html.begin(), html.end(), id), end; at != end;
       ++at) {
    INFO((*at)[1]);
    CHECK(seen.insert((*at)[1]).second);
  }
  CHECK(seen.size() > 20);
}

// What a browser would load or go to by itself.
void CheckNeedsNoNetwork(const std::string& html) {
  const std::regex reference(
      "(?:src|href|url|action)\\s*[=(]\\s*['\"]?([^'\" >]*)");
  for (std::sregex_iterator at(html.begin(), html.end(), reference), end;
       at != end; ++at) {
    const std::string target = (*at)[1];
    INFO(target);
    CHECK((target.starts_with("#") || target.starts_with("./")));
  }
  CHECK_FALSE(Has(html, "<script"));
  CHECK_FALSE(Has(html, "<link"));
  CHECK_FALSE(Has(html, "@import"));
  CHECK(Has(html, "default-src 'none'"));
}

TEST_CASE("The page needs no network and runs no script") {
  CheckNeedsNoNetwork(PagesOf(Example()).html);
}

TEST_CASE("What comes from outside is text on the page, whatever it says") {
  const Pages pages = PagesOf(HostileExample());
  const std::string& html = pages.html;
  CheckNeedsNoNetwork(html);
  CHECK(Has(html, "&lt;script&gt;alert(1)&lt;/script&gt;"));
  CHECK_FALSE(Has(html, "\x1b"));
  CHECK_FALSE(Has(html, "\xFF"));
  CHECK(Has(html, "href=\"./javascript%3Aalert%281%29\""));
  CHECK_FALSE(std::filesystem::exists("/tmp/pwned"));
}

// Code has its own rules: what is in it is left out.
std::string WithoutCodeBlocks(const std::string& markdown) {
  std::string text;
  std::string fence;
  std::istringstream lines(markdown);
  for (std::string line; std::getline(lines, line);) {
    const bool ticks = line.find_first_not_of('`') == std::string::npos;
    if (fence.empty() && ticks && line.size() >= 3) {
      fence = line;
    } else if (line == fence) {
      fence.clear();
    } else if (fence.empty()) {
      text += line + "\n";
    }
  }
  return text;
}

std::size_t TicksAt(const std::string& text, std::size_t at) {
  const auto end = text.find_first_not_of('`', at);
  return (end == std::string::npos ? text.size() : end) - at;
}

// Where code that begins at `at` ends: after as many backticks.
std::size_t EndOfCode(const std::string& text, std::size_t at) {
  const std::size_t ticks = TicksAt(text, at);
  for (at += ticks; at < text.size(); ++at) {
    const std::size_t here = TicksAt(text, at);
    if (here == ticks) return at + ticks;
    at += here;
  }
  FAIL("code that does not end");
  return at;
}

std::string WithoutCode(const std::string& markdown) {
  const std::string all = WithoutCodeBlocks(markdown);
  std::string text;
  for (std::size_t at = 0; at < all.size();) {
    if (all[at] == '`') {
      at = EndOfCode(all, at);
      continue;
    }
    const std::size_t size = all[at] == '\\' ? 2 : 1;
    text += all.substr(at, size);
    at += size;
  }
  return text;
}

TEST_CASE("What comes from outside is text in Markdown, whatever it says") {
  const std::string markdown = PagesOf(HostileExample()).markdown;
  const std::string text = WithoutCode(markdown);
  CHECK(Has(text, "\\<script\\>alert(1)\\</script\\>"));
  CHECK_FALSE(std::regex_search(text, std::regex("[^\\\\]<")));
  CHECK_FALSE(std::regex_search(text, std::regex("[^\\\\]\\]\\(javascript:")));
  CHECK(Has(text, "](./javascript%3Aalert%281%29)"));
  CHECK_FALSE(Has(markdown, "\x1b"));
  CHECK(Has(markdown, "````\n"));  // longer than what is in it
}

std::size_t Cells(const std::string& line) {
  std::size_t bars = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '|' && (i == 0 || line[i - 1] != '\\')) ++bars;
  }
  return bars - 1;
}

TEST_CASE("Tables in Markdown have as many cells in each row as columns") {
  for (const Results& results : {Example(), HostileExample()}) {
    std::istringstream lines(PagesOf(results).markdown);
    std::size_t columns = 0;
    std::size_t rows = 0;
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("|")) {
        columns = 0;
        continue;
      }
      if (columns == 0) columns = Cells(line);
      INFO(line);
      CHECK(line.ends_with(" |"));
      CHECK(Cells(line) == columns);
      ++rows;
    }
    CHECK(rows > 40);
  }
}

TEST_CASE("A report of nothing says that nothing was measured") {
  const Pages pages = PagesOf({});
  for (const std::string& text : {pages.html, pages.markdown}) {
    CHECK(CountOf(text, "It was not measured.") == 3);
    CHECK(Has(text, "No test case was run."));
    CHECK(Has(text, "Delivery was not measured."));
    CHECK(Has(text, "No ceiling was looked for."));
  }
}

TEST_CASE("Samples that are not there are said so, and are no error") {
  Results results = Example();
  results.cases[0].rows[0].runs[0].samples = "nowhere.csv";
  results.cases[0].rows[0].runs[1].samples = "nowhere.csv";
  results.cases[0].rows[1].runs[0].samples = "";
  results.cases[0].rows[1].runs[1].samples = "";
  const Pages pages = PagesOf(results);
  CHECK(Has(pages.markdown, "10 requests, 5 at once: no samples were taken"));
  CHECK(Has(pages.markdown, "- 1 request, 1 at once: "));
}

TEST_CASE("The verdict says when the machine was too noisy to tell") {
  Results results = Example();
  CHECK(Has(PagesOf(results).html, "The machine was quiet."));
  results.machine.stolen = 0.2;
  CHECK(Has(PagesOf(results).html, "The machine was too noisy to tell."));
}

TEST_CASE("Where no spooler ran, the cost of a message says so") {
  Results results = Example();
  CHECK_FALSE(Has(PagesOf(results).markdown, "No spooler ran"));
  results.cases[0].has_modems = false;
  const Pages pages = PagesOf(results);
  CHECK(Has(pages.markdown,
            "No spooler ran in this case, and sending is not in it, of: nginx, "
            "FastCGI."));
  CHECK_FALSE(Has(pages.markdown, "; a message costs"));
}

TEST_CASE("Rows whose runs lie too far apart are named") {
  Results results = Example();
  CHECK(Has(PagesOf(results).html, "Repeated runs agree"));
  results.cases[1].rows[2].runs[0].seconds *= 2;
  const Pages pages = PagesOf(results);
  CHECK(Has(pages.html, "1 row can&#39;t be told."));
  CHECK(Has(pages.markdown,
            "| The paper's design | 100 requests, 50 at once | 2 | 66.7 % |"));
  results.cases[0].rows[2].runs[0].seconds *= 2;  // but is over at once
  CHECK(Has(PagesOf(results).markdown, "1 row took the same but for 100 ms"));
}

TEST_CASE("A load that came late is named, for its times are in part its own") {
  Results results = Example();
  CHECK_FALSE(Has(PagesOf(results).html, "The load came late"));
  results.cases[0].rows[3].runs[0].late_ms = 5;  // of answers of 12 ms
  CHECK(Has(PagesOf(results).html, "The load came late</strong> in 1 row"));
}

TEST_CASE("What became of all that was asked is said of each set-up") {
  Results results = Example();
  CaseRecord& record = results.cases[0];
  CHECK(Has(PagesOf(results).markdown,
            "Of 474 requests in all runs, 474 got 2xx, 0 another answer, 0 "
            "none. All 474 messages that got 2xx were in the queue."));
  record.rows[0].runs[0].lost = 1;
  record.has_modems = true;
  record.arrived = 473;
  record.stranded = 1;
  record.broke_off = "nginx has ended";
  record.versions = {{"nginx", "1.22.1"}};
  const Pages pages = PagesOf(results);
  CHECK(Has(pages.markdown, "1 of 474 messages that got 2xx were not in the"));
  CHECK(Has(pages.markdown, "1 that were accepted had not come by then"));
  CHECK(Has(pages.markdown, "Broke off: nginx has ended"));
  CHECK(Has(pages.markdown, "Versions: `nginx` 1.22.1"));
}

TEST_CASE("Lost messages are only \"at least\" where requests got no 2xx") {
  Results results = Example();
  RunRecord& run = results.cases[0].rows[0].runs[0];
  run.failed = 1;
  CHECK(Has(PagesOf(results).markdown,
            "that got 2xx were in the queue, at least; a lost one would be"));
  run.lost = 1;
  const std::string markdown = PagesOf(results).markdown;
  CHECK(Has(markdown, "At least 1 of 474 messages that got 2xx were not in"));
  CHECK(Has(markdown, "is only at least: such a request"));
}

TEST_CASE("A queue that was not counted is not said to be whole") {
  Results results = Example();
  for (auto& row : results.cases[0].rows) {
    for (auto& run : row.runs) run.counted = false;
  }
  const std::string markdown = PagesOf(results).markdown;
  CHECK(Has(markdown, "What is in its queue was not counted."));
  CHECK(Has(markdown, "| 0 | 0 | ? |"));
}

TEST_CASE("Without gnuplot the package to install is named") {
  const Folder folder;
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", folder.path().c_str(), 1);
  const auto written = WriteReport({}, {folder.path(), {}});
  ::setenv("PATH", path.c_str(), 1);
  REQUIRE_FALSE(written);
  CHECK(written.error().kind == ErrorKind::kUnavailable);
  CHECK(Has(written.error().message, "apt-get install gnuplot-nox"));
}

TEST_CASE("A folder that can't be written to is an error that names it") {
  const auto written = WriteReport({}, {"/proc/nowhere", {}});
  REQUIRE_FALSE(written);
  CHECK(written.error().kind == ErrorKind::kUnavailable);
  CHECK(Has(written.error().message, "/proc/nowhere/charts"));
}

TEST_CASE("Text for people has no control characters and is UTF-8") {
  CHECK(Readable("a\r\nb\tc") == "a b c");
  CHECK(Readable("a\r\nb\tc", Lines::kKept) == "a\nb\tc");
  CHECK(Readable("\x1b[31m\x07") == "\uFFFD[31m\uFFFD");
  CHECK(Readable("caf\xE9 \u00FC\u202E") == "caf\uFFFD \u00FC\uFFFD");
}

TEST_CASE("HTML is escaped for elements and for attributes") {
  CHECK(EscapeHtml("<a href=\"x\" title='y'>&amp;") ==
        "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;");
}

TEST_CASE("Markdown is escaped where it would mean something") {
  const std::pair<const char*, const char*> rows[] = {
      {"a*b_c`d", "a\\*b\\_c\\`d"},
      {"[x](y) <b> a|b", "\\[x\\](y) \\<b\\> a\\|b"},
      {"# no heading", "\\# no heading"},
      {"- no list", "\\- no list"},
      {"1. no list", "1\\. no list"},
      {"2) no list", "2\\) no list"},
      {"=== no rule", "\\=== no rule"},
      {"1.22.1 (x) - y", "1.22.1 (x) - y"},
      {"two\nlines", "two lines"},
  };
  for (const auto& [text, escaped] : rows)
    CHECK(EscapeMarkdown(text) == escaped);
}

TEST_CASE("Code in Markdown is fenced by more backticks than it has") {
  CHECK(MarkdownCode("a|b") == "`a\\|b`");
  CHECK(MarkdownCode("`a`") == "`` `a` ``");
  CHECK(MarkdownCode("  ").empty());
  CHECK(MarkdownCodeBlock("x\n```\ny") == "````\nx\n```\ny\n````\n");
}

TEST_CASE("Links lead to files beside the report only") {
  CHECK(RelativeUrl("samples/a 1.csv") == "./samples/a%201.csv");
  CHECK(RelativeUrl("javascript:alert(1)") == "./javascript%3Aalert%281%29");
  CHECK(RelativeUrl("//evil.example/x") == ".///evil.example/x");
}

TEST_CASE("A slug has letters, digits and dashes") {
  CHECK(Slug("The paper's 252!") == "the-paper-s-252");
  CHECK(Slug("../../etc") == "etc");
  CHECK(Slug("\u00FC") == "x");
  CHECK(Slug(std::string(100, 'a')).size() == 60);
}

TEST_CASE("gnuplot is given names as text") {
  const Chart chart{.name = "x",
                    .title = "it's `id` \"$(id)\" @macro \\n\n x",
                    .body = Bars{.bars = {{.name = "a'b", .value = 1}}}};
  const std::string commands = PlotCommands(chart, "x.svg");
  CHECK(Has(commands, "'it''s `id` \"$(id)\" @macro \\n  x'"));
  CHECK(Has(commands, "'a''b'"));
}

TEST_CASE("A chart in which nothing is to be seen is not drawn") {
  const Axis log{.label = "x", .log = true};
  const Series zero{.name = "zero", .points = {{1, 0}}};
  CHECK_FALSE(Has(
      PlotCommands({.name = "x", .body = Curves{log, log, {zero}}}, "x.svg"),
      "plot"));
}

TEST_CASE("An SVG for a page has ids of its own and nothing from gnuplot") {
  const std::string svg =
      "<?xml version=\"1.0\"?><svg viewBox=\"0 0 480 320\" xmlns=\"http://x\">"
      "<title>Gnuplot</title><desc>by gnuplot</desc>"
      "<defs><circle id='gpDot' r='1'/><filter id='t'><a/></filter></defs>"
      "<g fill=\"none\">\n</g><g><g>\n</g>\n</g><use xlink:href='#gpDot'/>"
      "</svg>\n";
  CHECK(InlineSvg(svg, "cpu", "CPU \"over\" time") ==
        "<svg role=\"img\" aria-label=\"CPU &quot;over&quot; time\" "
        "viewBox=\"0 0 480 320\" width=\"480\">"
        "<defs><circle id='cpu-gpDot' r='1'/></defs>"
        "<use xlink:href='#cpu-gpDot'/></svg>");
}

TEST_CASE("The run of median goodput stands for its row") {
  RowRecord row = RowOf(9, 3, {RunOf(9, 1), RunOf(9, 4), RunOf(9, 2)});
  CHECK(TypicalRun(row)->seconds == 2);
  row.runs.pop_back();
  CHECK(TypicalRun(row)->seconds == 4);  // of two, the slower
  CHECK(TypicalRun({}) == nullptr);
}

TEST_CASE("A load is named by what it asks for") {
  CHECK(LoadName({.requests = 1, .concurrency = 1}) == "1 request, 1 at once");
  CHECK(LoadName({.requests = 10'000, .concurrency = 5000}) ==
        "10,000 requests, 5,000 at once");
  CHECK(LoadName({.concurrency = 64, .seconds = 1}) == "1 s of 64 at once");
  CHECK(LoadName({.rate = 5000, .seconds = 2}) == "2 s of 5,000/s");
}

TEST_CASE("A row has the paper's beside it if the paper ran the same") {
  CHECK(PaperRowOf({.requests = 252, .concurrency = 252})->non_2xx == 200);
  CHECK(PaperRowOf({.requests = 252, .concurrency = 250}) == nullptr);
  CHECK(PaperCase(Example()) == "table-3");
}

TEST_CASE("Set-ups are compared at 252 at once, in the case that most ran") {
  const Results results = Example();
  const auto rows = ComparedRows(results);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].row->concurrency == 252);
  CHECK(rows[1].record->setup == "paper");
}

TEST_CASE("A set-up has the same colour wherever it is, and no other has it") {
  const Results results = Example();
  CHECK(ColourOfSetup(results, "paper") == 1);
  CHECK(ColourOfSetup(results, "nginx-fastcgi") == 0);
  CHECK(ColourOfSetup(results, "another") == 2);
  CHECK(ReferenceSetup(results) == "nginx-fastcgi");
}

}  // namespace
}  // namespace smsweb::bench
