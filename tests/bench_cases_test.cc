// The three files of test cases, read.
#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "bench/cases/cases.h"
#include "catch.h"
#include "temp_folder.h"

using namespace smsweb;
using namespace smsweb::bench;

namespace {

const std::vector<std::string> kSetups = {"nginx-fastcgi", "apache-cgid",
                                          "paper"};

struct Files {
  std::string apis = "[a]\npath = \"/a\"\n";
  std::string scripts = "[s]\nrows = [{ requests = 2, concurrency = 1 }]\n";
  std::string cases =
      "[c]\napi = \"a\"\nscript = \"s\"\nsetups = [\"paper\"]\n";

  Result<Repository> Read() const {
    std::ofstream(folder / "apis.toml") << apis;
    std::ofstream(folder / "scripts.toml") << scripts;
    std::ofstream(folder / "cases.toml") << cases;
    return ReadRepository(folder / "", kSetups);
  }

  // All mistakes that are told, or "" if there are none.
  std::string Mistakes() const {
    const auto read = Read();
    return read ? "" : read.error().message;
  }

  TempFolder folder;
};

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("The shipped cases can be read, with the paper's two tables") {
  std::vector<std::string> setups = kSetups;
  for (const char* more : {"nginx-fastcgi-unkept", "apache-proxy-fcgi"}) {
    setups.emplace_back(more);
  }
  const auto read = ReadRepository(SMSWEB_BENCH, setups);
  if (!read) FAIL(read.error().message);
  const Script* table_2 = read->FindScript("table-2");
  REQUIRE(table_2);
  CHECK(table_2->rows.back().requests == 1'000'000);
  CHECK(table_2->rows.back().concurrency == 500'000);
  const TestCase* table_3 = read->FindCase("table-3");
  REQUIRE(table_3);
  const Script* script = read->FindScript(table_3->script);
  CHECK(script->rows.back().concurrency == 252);
  CHECK(read->FindApi(table_3->api)->path ==
        "/s.py?rcpt=089610707901&msg=pesan");
  CHECK(read->FindCase("concurrency")->setups == setups);
}

TEST_CASE("Cases keep the order of their file, and take all rows of a script") {
  Files files;
  files.scripts =
      "[s]\nrows = [{ requests = 2, concurrency = 1 },"
      " { rate = 10, seconds = 2.5 }]\n";
  files.cases =
      "[z]\napi = \"a\"\nscript = \"s\"\nsetups = [\"all\"]\n"
      "[b]\napi = \"a\"\nscript = \"s\"\nsetups = [\"paper\"]\nrows = [2]\n";
  const auto read = files.Read();
  REQUIRE(read);
  CHECK(read->cases[0].name == "z");
  CHECK(read->cases[0].rows == std::vector<std::int64_t>{1, 2});
  CHECK(read->cases[0].setups == kSetups);
  CHECK(read->cases[1].rows == std::vector<std::int64_t>{2});
  CHECK(read->scripts[0].rows[1].rate == 10);
}

TEST_CASE("A mistake in a case is told with file, line and key") {
  struct {
    const char* line;
    const char* told;
  } const table[] = {
      {"api = \"x\"", "apis.toml has no \"x\""},
      {"script = \"x\"", "scripts.toml has no \"x\""},
      {"setups = [\"iis\"]", "there is no \"iis\"; there are: all, nginx"},
      {"rows = [2]", "c.rows: takes a list of whole numbers from 1 to 1"},
      {"repeat = 0", "c.repeat: takes a whole number"},
      {"speed = 1", "c.speed: unknown key"},
  };
  for (const auto& row : table) {
    Files files;
    const std::string key(row.line, std::string(row.line).find(' '));
    std::string lines;
    for (const std::string line :
         {"api = \"a\"", "script = \"s\"", "setups = [\"paper\"]"}) {
      if (!line.starts_with(key)) lines += line + "\n";
    }
    files.cases = "[c]\n" + std::string(row.line) + "\n" + lines;
    CAPTURE(row.line, files.Mistakes());
    CHECK(Has(files.Mistakes(), "cases.toml:2: c."));
    CHECK(Has(files.Mistakes(), row.told));
  }
}

TEST_CASE("A request that can't be sent is told with file, line and key") {
  struct {
    const char* line;
    const char* told;
  } const table[] = {
      {"path = \"/a b\"", "apis.toml:2: a.path: expected a path"},
      {"path = \"a\"", "apis.toml:2: a.path: expected a path"},
      {"method = \"G T\"\npath = \"/\"", "apis.toml:2: a.method: expected"},
      {"path = \"/\"\ncontent_type = \"a\\nX: b\"",
       "apis.toml:3: a.content_type: Content-Type has characters"},
  };
  for (const auto& row : table) {
    Files files;
    files.apis = "[a]\n" + std::string(row.line) + "\n";
    CAPTURE(row.line, files.Mistakes());
    CHECK(Has(files.Mistakes(), row.told));
  }
}

TEST_CASE("A name that is none, a path for one, is refused in all files") {
  for (const std::string name : {"../../../evil name", "a/b", "-a", ".a", "a b",
                                 "", "a\\u0000", "a\\n"}) {
    Files files;
    files.apis += "[\"" + name + "\"]\npath = \"/\"\n";
    files.scripts += "[\"" + name + "\"]\nrows = []\n";
    files.cases += "[\"" + name + "\"]\n";
    const std::string mistakes = files.Mistakes();
    CAPTURE(name, mistakes);
    for (const char* told : {"apis.toml:3: ", "scripts.toml:3: ",
                             "cases.toml:5: ", ": is no name: at most"}) {
      CHECK(Has(mistakes, told));
    }
  }
  Files files;
  files.apis += "[\"A-9_b.c\"]\npath = \"/\"\n";
  CHECK(files.Mistakes() == "");
}

TEST_CASE("A header may take its value from the environment") {
  Files files;
  ::setenv("SMSWEB_TEST_KEY", "k1", 1);
  files.apis +=
      "headers = { Authorization = \"Bearer ${SMSWEB_TEST_KEY}\", X = \"y\" }";
  const auto read = files.Read();
  ::unsetenv("SMSWEB_TEST_KEY");
  if (!read) FAIL(read.error().message);
  REQUIRE(read->apis[0].headers.size() == 2);
  const ApiHeader& key = read->apis[0].headers[0];
  CHECK(key.name == "Authorization");
  CHECK(key.text == "Bearer ${SMSWEB_TEST_KEY}");
  CHECK(key.value == "Bearer k1");
  CHECK(read->apis[0].headers[1].value == "y");
  CHECK(Has(files.Mistakes(),
            "apis.toml:3: a.headers.Authorization: the environment's "
            "SMSWEB_TEST_KEY is not set"));
}

TEST_CASE("A header that can't be sent is told with file, line and key") {
  ::setenv("SMSWEB_TEST_KEY", "secret\nX: y", 1);
  struct {
    const char* header;
    const char* told;
  } const table[] = {
      {"A = \"${SMSWEB_TEST_KEY}\"", "a.headers.A: A has characters"},
      {"A = \"${SMSWEB_TEST_KEY\"", "takes a variable of the environment"},
      {"A = \"${}\"", "takes a variable of the environment"},
      {"Host = \"x\"", "a.headers.Host: Host is written by the load itself"},
      {"\"a b\" = \"x\"", "is no header's name"},
      {"A = 1", "a.headers.A: takes a string"},
  };
  for (const auto& row : table) {
    Files files;
    files.apis += "headers = { " + std::string(row.header) + " }\n";
    const std::string mistakes = files.Mistakes();
    CAPTURE(row.header, mistakes);
    CHECK(Has(mistakes, "apis.toml:3: a.headers."));
    CHECK(Has(mistakes, row.told));
    CHECK_FALSE(Has(mistakes, "secret"));
  }
  ::unsetenv("SMSWEB_TEST_KEY");
}

TEST_CASE("ab gets no header from the environment, for all would see it") {
  Files files;
  ::setenv("SMSWEB_TEST_KEY", "k1", 1);
  files.apis += "headers = { A = \"${SMSWEB_TEST_KEY}\" }\n";
  files.scripts =
      "[s]\ntool = \"ab\"\n"
      "rows = [{ requests = 1, concurrency = 1 }]\n";
  const std::string mistakes = files.Mistakes();
  ::unsetenv("SMSWEB_TEST_KEY");
  CHECK(Has(mistakes, "cases.toml:3: c.script: s asks with ab, in whose"));
  CHECK_FALSE(Has(mistakes, "k1"));
}

TEST_CASE("A load that can't be is refused") {
  struct {
    const char* script;
    const char* told;
  } const table[] = {
      {"rows = []", "needs one row"},
      {"rows = [{ concurrency = 1 }]", "give either requests or seconds"},
      {"rows = [{ requests = 1 }]", "or rate must be given"},
      {"rows = [{ rate = 5 }]", "needs seconds as well"},
      {"rows = [{ requests = 1, concurrency = 2 }]", "more than there are"},
      {"tool = \"ab\"\nrows = [{ rate = 5, seconds = 1 }]", "knows no rates"},
      {"tool = \"ab\"\nrows = [{ seconds = 1, concurrency = 1 }]", "by time"},
      {"tool = \"wrk\"", "takes \"ab\" or"},
      {"tool = \"ab\"\nkeep_alive = true\n"
       "rows = [{ requests = 1, concurrency = 1 }]",
       "s.keep_alive: is for tool"},
      {"rows = [{ rate = 1e300, seconds = 1 }]", "takes a number from"},
      {"rows = [{ rate = 1e6, seconds = 2000 }]", "more than 1000000000"},
      {"rows = [{ rate = 5, seconds = 1, requests = 9 }]",
       "are rate x seconds"},
  };
  for (const auto& row : table) {
    Files files;
    files.scripts = "[s]\n" + std::string(row.script) + "\n";
    CAPTURE(row.script, files.Mistakes());
    CHECK(Has(files.Mistakes(), row.told));
  }
}

TEST_CASE("ab can't number requests") {
  Files files;
  files.apis = "[a]\npath = \"/a?{n}\"\n";
  files.scripts =
      "[s]\ntool = \"ab\"\nrows = [{ requests = 1, concurrency = 1 }]\n";
  CHECK(Has(files.Mistakes(), "cases.toml:3: c.script: s asks with ab"));
}

TEST_CASE("Every mistake of the three files is told at once") {
  Files files;
  files.apis = "[a]\npath = \"a\"\n";
  files.scripts += "x = 1\n";
  files.cases += "y = 1\n";
  const std::string mistakes = files.Mistakes();
  CHECK(Has(mistakes, "apis.toml:2: a.path"));
  CHECK(Has(mistakes, "scripts.toml:3: s.x"));
  CHECK(Has(mistakes, "cases.toml:5: c.y"));
}

TEST_CASE("A file that is no TOML, or not there, is named") {
  Files files;
  files.apis = "[a\n";
  CHECK(Has(files.Mistakes(), "apis.toml:1"));
  const TempFolder empty;
  const auto read = ReadRepository(empty / "", kSetups);
  REQUIRE_FALSE(read);
  CHECK(read.error().kind == ErrorKind::kInvalid);
  CHECK(Has(read.error().message, "apis.toml: there is no such file"));
}
