set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(MAILSYNC_TESTS "Build the tests" OFF)
set(MAILSYNC_SANITIZERS "" CACHE STRING "Value of -fsanitize=, for example address,undefined")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(
  -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Wswitch-enum
  -Wno-missing-field-initializers  # designated initialisers leave out what has a default
  -Wno-missing-designated-field-initializers
  -fno-omit-frame-pointer
  -gdwarf-4                        # valgrind 3.19 cannot read DWARF 5
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
add_link_options(-fuse-ld=mold)

if(MAILSYNC_SANITIZERS)
  add_compile_options(-fsanitize=${MAILSYNC_SANITIZERS} -fno-sanitize-recover=all -gline-tables-only)
  add_link_options(-fsanitize=${MAILSYNC_SANITIZERS})
endif()

# Asio and Beast are compiled once, in src/net/asio.cc. Everything that includes them sees the same switches.
add_compile_definitions(
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  _GLIBCXX_ASSERTIONS SPDLOG_FMT_EXTERNAL SPDLOG_COMPILED_LIB)
