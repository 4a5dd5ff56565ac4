// Boost.Asio, compiled once for the whole program (BOOST_ASIO_SEPARATE_COMPILATION is set for everybody).
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
